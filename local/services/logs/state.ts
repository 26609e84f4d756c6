/** What logs remembers; plain JSON, so that it can be saved. */
export type LogsState = Record<string, unknown>

export const emptyLogsState = (): LogsState => ({})
