import type * as z from 'zod'
import type { Clock } from '../../core/clock.ts'
import type { Logger } from '../../core/log.ts'
import type { PermissionStatement } from '../../core/permissions.ts'
import type { Random } from '../../core/random.ts'
import type { SecretString } from '../../core/secret-string.ts'
import type { Supply } from '../../core/tags.ts'

/** Where a function must be to reach its targets: `vpc`, in the subnets of `keyturn:network`; `none`, outside of any. */
export type Network = 'none' | 'vpc'

/**
 * How one kind of credential is made, put to use, proven and revoked. A strategy knows its target and nothing of
 * staging labels: the engine owns versions, tokens, retries, grace and errors, and calls each of these at least once,
 * possibly again after a crash at any point.
 */
export interface Strategy<Params = unknown> {
  /** As the stack config and the secret's tag name it. */
  readonly kind: string
  /**
   * Strategies of one family share a function, a role and a bundle, all named after it: those that need the same reach. A
   * family that is renamed is another function, and what the old one has in hand is lost.
   */
  readonly family: string
  readonly network: Network
  /** Whether a person hands over values, in place of {@link Strategy.create}. */
  readonly supply: Supply
  /** Set where clients of the proxy present the value: the proxy follows its labels, and no target has to hear of it. */
  readonly presentedBy?: 'clients'
  /** The JSON field of a value that holds the key; left out where the whole value is the key. */
  readonly keyField?: string
  readonly params: z.ZodType<Params>
  /** Credentials that the target lets live at once, the pending one included; absent when it sets no bound. */
  liveKeys?(params: Params): number | undefined
  /** What the function's role needs beyond the engine's own permissions. */
  permissions(params: Params): readonly PermissionStatement[]
  /** Whether a text is a value that this strategy could have made, or undefined; the reason otherwise, without the text. */
  checkValue(value: SecretString, params: Params): string | undefined
  /**
   * Makes the next value. May be called again for the same token when the outcome of an earlier call was lost, so
   * whatever it creates at the target must be found by {@link Strategy.reconcile}. Left out where a person alone can
   * obtain one (`supply: 'required'`). A value that a person handed over takes its place.
   */
  create?(context: StrategyContext<Params>): Promise<SecretString>
  /**
   * The credential inside a value, so that one that is written in two ways is known as one; undefined when the value is
   * not one of this strategy's. Left out where the whole text is the credential.
   */
  credential?(value: SecretString): Credential | undefined
  /** Removes what `create` made at the target and nobody stored. */
  discard?(context: StrategyContext<Params>, value: SecretString): Promise<void>
  /**
   * Removes credentials at the target that this secret's rotations made and that no labelled version holds, but for
   * the one in `keep`. Without `keep`, it removes all that no labelled version holds.
   */
  reconcile?(context: StrategyContext<Params>, keep: SecretString | undefined, held: HeldCredentials): Promise<void>
  /** Puts the pending value into force at the target. Setting it twice must be the same as setting it once. */
  apply?(context: StrategyContext<Params>, pending: SecretString): Promise<void>
  /** Proves that the pending value works, polling for propagation until the context's deadline. */
  test?(context: StrategyContext<Params>, pending: SecretString): Promise<void>
  /**
   * Revokes an old value at the target, and returns when the target has been seen without it (B20); one that is
   * already gone counts as revoked.
   * @throws KeyturnError when the revocation cannot be proven
   */
  revoke?(context: StrategyContext<Params>, old: SecretString): Promise<void>
}

export interface Credential {
  /** What the target calls it. */
  readonly id: string
  readonly text: SecretString
}

/** Which credentials the labelled versions of a secret hold, asked when a credential is about to be removed. */
export interface HeldCredentials {
  /** Whether a version of that token is labelled. */
  hasToken(token: string): Promise<boolean>
  /**
   * Whether a labelled version holds the credential that the target calls `id`; `unknown` when one of them cannot be
   * read, so that nobody can tell.
   */
  holds(id: string): Promise<boolean | 'unknown'>
}

export interface StrategyContext<Params> {
  readonly params: Params
  /** ARN of the secret. */
  readonly secretArn: string
  /** Version id being made or retired. */
  readonly token: string
  readonly clock: Clock
  readonly random: Random
  readonly log: Logger
  /** Aborts when the function is about to run out of time; every wait and request takes it. */
  readonly signal: AbortSignal
  /** The current value of another secret of the stack. */
  readSecret(name: string): Promise<SecretString>
}
