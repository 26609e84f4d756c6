/** What ecs remembers; plain JSON, so that it can be saved. */
export type EcsState = Record<string, unknown>

export const emptyEcsState = (): EcsState => ({})
