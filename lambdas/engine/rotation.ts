import type { Clock } from '../../core/clock.ts'
import type { Grace } from '../../core/grace.ts'
import type { Logger } from '../../core/log.ts'
import type { Strategy, StrategyContext } from '../strategies/strategy.ts'
import type { SecretStore } from './store.ts'

/** Everything that one step of one rotation works with. */
export interface Rotation {
  readonly store: SecretStore
  readonly strategy: Strategy
  readonly params: unknown
  /** The configured grace; one rotation may carry another in its tag. */
  readonly grace: Grace
  readonly token: string
  /** What Secrets Manager passes to functions of another account or an assumed role. */
  readonly rotationToken: string | undefined
  readonly clock: Clock
  readonly log: Logger
  readonly signal: AbortSignal
  /** What the strategy gets, for any version of the secret. */
  context(versionId: string): StrategyContext<unknown>
}
