/** What sns remembers; plain JSON, so that it can be saved. */
export type SnsState = Record<string, unknown>

export const emptySnsState = (): SnsState => ({})
