/** What cloudwatch remembers; plain JSON, so that it can be saved. */
export type CloudwatchState = Record<string, unknown>

export const emptyCloudwatchState = (): CloudwatchState => ({})
