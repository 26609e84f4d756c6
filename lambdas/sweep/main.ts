import { LambdaClient } from '@aws-sdk/client-lambda'
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import { systemClock } from '../../core/clock.ts'
import { terminal } from '../../core/errors.ts'
import { createLogger } from '../../core/log.ts'
import { type SweepReport, sweep } from './sweep.ts'

const { KEYTURN_STACK: stack, KEYTURN_LOG_LEVEL: level = 'info' } = process.env
const log = createLogger({ service: 'sweeper', level, clock: systemClock })
const secrets = new SecretsManagerClient({ maxAttempts: 5 })
const lambda = new LambdaClient({ maxAttempts: 5 })

/** The sweeper as Lambda loads it. */
export async function handler(): Promise<SweepReport> {
  if (!stack)
    throw terminal(
      'setting-missing',
      'KEYTURN_STACK is not set on the sweeper. Allowed: "<project>/<stack>". Run pulumi up to restore it.',
    )
  return sweep({ secrets, lambda, stack, clock: systemClock, log })
}
