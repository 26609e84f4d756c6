import { SecretsManagerServiceException } from '@aws-sdk/client-secrets-manager'
import { KeyturnError } from '../../core/errors.ts'
import type { SecretString } from '../../core/secret-string.ts'
import type { StrategyContext } from '../strategies/strategy.ts'
import type { Rotation } from './rotation.ts'

/**
 * Awaits the store's answer to a new value, and removes the credential at the target when the store has refused it:
 * with no version that names it, no later rotation of a deleted secret would ever find it.
 */
export async function discardIfRefused<Stored>(
  { strategy, log }: Rotation,
  context: StrategyContext<unknown>,
  made: SecretString,
  put: Promise<Stored>,
): Promise<Stored> {
  try {
    return await put
  } catch (error) {
    if (refused(error)) {
      await strategy.discard?.(context, made).catch((second: unknown) => {
        log.error({ error: second }, 'what was made for a refused version could not be removed at the target')
      })
    }
    throw error
  }
}

/**
 * A lost answer, a throttled call or a failing service may have stored the value; so may an attempt before the one
 * that was refused.
 */
function refused(error: unknown): boolean {
  const answer = error instanceof KeyturnError ? error.cause : error
  if (!(answer instanceof SecretsManagerServiceException) || answer.$fault !== 'client') return false
  return answer.$metadata.attempts === 1 && !/Throttl|TooManyRequests|LimitExceeded|Timeout/i.test(answer.name)
}
