import type { Cloud } from '../../../cloud.ts'

/** Rotation as a service: what Secrets Manager does between calls. */
export interface Rotations {
  /** Resolves when no rotation step is under way and no retry is due. */
  idle(): Promise<void>
}

export function createRotations(_cloud: Cloud): Rotations {
  return { idle: async () => {} }
}
