/** What lambda remembers; plain JSON, so that it can be saved. */
export type LambdaState = Record<string, unknown>

export const emptyLambdaState = (): LambdaState => ({})
