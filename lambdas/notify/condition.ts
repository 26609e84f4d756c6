import type { ErrorKind } from '../../core/error-codes.ts'

/** What can stand on a secret that a person must hear of. Short, because the codes are kept in a tag of 256 characters. */
export type ConditionCode =
  /** A rotation that nobody tries again by itself, or that never came. */
  | 'rotation-failed'
  /** A version whose grace is over and whose credential may still live at its target. */
  | 'not-retired'
  /** A grace label that is no time, or lies further ahead than any grace. */
  | 'grace-label-unusable'
  /** A version that was current until somebody moved the labels, and that Keyturn cannot give its grace. */
  | 'not-ordered'
  | 'rotation-function-missing'
  /** Scheduled for deletion with credentials that live on without it. */
  | 'deleted-alive'

/** Something that stands on a secret and does not go away by itself. */
export interface Condition {
  readonly code: ConditionCode
  readonly kind: ErrorKind
  readonly since: Date
  /** Milliseconds that it may stand before anyone is told: what passes by itself needs nobody. */
  readonly patienceMs?: number
  /** Ends the subject of a message: `openai: its rotation has failed`. */
  readonly headline: string
  /** What is so, in whole sentences. */
  readonly what: string
  /** Why, as the function that failed said it. */
  readonly why?: string
  /** What to do, each line a sentence or a command. */
  readonly actions: readonly string[]
}

export type ConditionState = 'raised' | 'standing' | 'over'
