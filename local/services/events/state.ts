/** What events remembers; plain JSON, so that it can be saved. */
export type EventsState = Record<string, unknown>

export const emptyEventsState = (): EventsState => ({})
