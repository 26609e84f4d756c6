import { KeyturnError } from '../../core/errors.ts'
import type { StackState } from './state.ts'

/**
 * An apply that did not reach its end. What it did until then stands in `state`, ready for the next attempt. An error
 * that the program itself threw, such as a mistake in the config, keeps its own code and message.
 */
export class ApplyError extends KeyturnError {
  readonly state: StackState
  /** The resource that failed; absent when the program itself did. */
  readonly urn?: string

  constructor(message: string, cause: unknown, state: StackState, urn?: string) {
    super(urn ? 'apply-failed' : cause instanceof KeyturnError ? cause.code : 'program-failed', message, cause)
    this.state = state
    if (urn !== undefined) this.urn = urn
  }
}

/** One resource's failure on its way out of the monitor. */
export class ResourceFailure extends Error {
  readonly urn: string

  constructor(urn: string, doing: string, cause: unknown) {
    super(`${doing} ${urn} failed: ${describe(cause)}`, { cause })
    this.urn = urn
  }
}

/** AWS errors carry what happened in their name: `AccessDeniedException: User … is not authorized …`. */
function describe(cause: unknown): string {
  if (cause instanceof KeyturnError) return cause.message
  if (cause instanceof Error) {
    return cause.name === 'Error' || cause.message.startsWith(cause.name)
      ? cause.message
      : `${cause.name}: ${cause.message}`
  }
  return String(cause)
}
