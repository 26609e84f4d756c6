/** What scheduler remembers; plain JSON, so that it can be saved. */
export type SchedulerState = Record<string, unknown>

export const emptySchedulerState = (): SchedulerState => ({})
