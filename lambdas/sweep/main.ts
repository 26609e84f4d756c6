import { LambdaClient } from '@aws-sdk/client-lambda'
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import { SNSClient } from '@aws-sdk/client-sns'
import type { Context } from 'aws-lambda'
import { MINUTE, SECOND, systemClock } from '../../core/clock.ts'
import { terminal } from '../../core/errors.ts'
import { createLogger } from '../../core/log.ts'
import { publishTo } from '../notify/publish.ts'
import { readEvent } from './event.ts'
import { examine } from './examine.ts'
import { PER_SECRET_MS, type SweepReport, sweep } from './sweep.ts'

const {
  KEYTURN_STACK: stack,
  KEYTURN_TOPIC_ARN: topicArn,
  KEYTURN_SWEEP_MINUTES: minutes = '5',
  KEYTURN_LOG_LEVEL: level = 'info',
} = process.env
const log = createLogger({ service: 'sweeper', level, clock: systemClock })
const secrets = new SecretsManagerClient({ maxAttempts: 5 })
const lambda = new LambdaClient({ maxAttempts: 5 })
const sns = new SNSClient({ maxAttempts: 5 })

/** Left of the function's time for ending in order. */
const CLEAN_UP_MS = 5 * SECOND

/** The sweeper as Lambda loads it: started by its schedule it looks at all secrets, by an event at that one. */
export async function handler(
  input: unknown,
  context: Pick<Context, 'getRemainingTimeInMillis'>,
): Promise<SweepReport | { examined: string; told: number }> {
  if (!stack || !topicArn)
    throw terminal(
      'setting-missing',
      'KEYTURN_STACK ("<project>/<stack>") or KEYTURN_TOPIC_ARN is not set on the sweeper. Run pulumi up to restore it.',
    )
  const publish = publishTo(sns, topicArn)
  const everyMs = Number(minutes) * MINUTE
  const options = { secrets, lambda, publish, stack, everyMs, clock: systemClock, log }
  const withinMs = context.getRemainingTimeInMillis() - CLEAN_UP_MS
  const event = readEvent(input)
  if (!event) return sweep({ ...options, withinMs })
  const { secretId } = event
  const { told, outcome } = await examine(options, secretId, { actWithinMs: Math.min(withinMs, PER_SECRET_MS), event })
  log.info({ secret: secretId, ordered: outcome.ordered.length, retired: outcome.retired.length, told }, 'examined')
  return { examined: secretId, told }
}
