/** What iam remembers; plain JSON, so that it can be saved. */
export type IamState = Record<string, unknown>

export const emptyIamState = (): IamState => ({})
