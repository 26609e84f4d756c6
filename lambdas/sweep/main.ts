import { LambdaClient } from '@aws-sdk/client-lambda'
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import { SNSClient } from '@aws-sdk/client-sns'
import { MINUTE, systemClock } from '../../core/clock.ts'
import { KeyturnError } from '../../core/errors.ts'
import { createLogger } from '../../core/log.ts'
import { publishTo } from '../notify/publish.ts'
import { createSweepHandler, type SweepHandler } from './handler.ts'

const {
  KEYTURN_STACK: stack,
  KEYTURN_TOPIC_ARN: topicArn,
  KEYTURN_SWEEP_MINUTES: minutes = '5',
  KEYTURN_LOG_LEVEL: level = 'info',
} = process.env
const clients = {
  secrets: new SecretsManagerClient({ maxAttempts: 5 }),
  lambda: new LambdaClient({ maxAttempts: 5 }),
  sns: new SNSClient({ maxAttempts: 5 }),
}

/** The sweeper as Lambda loads it. */
export const handler: SweepHandler = async (input, context) => {
  if (!stack || !topicArn)
    throw new KeyturnError(
      'setting-missing',
      'KEYTURN_STACK ("<project>/<stack>") or KEYTURN_TOPIC_ARN is not set on the sweeper. Run pulumi up to restore it.',
    )
  const sweeper = createSweepHandler({
    secrets: clients.secrets,
    lambda: clients.lambda,
    publish: publishTo(clients.sns, topicArn),
    stack,
    everyMs: Number(minutes) * MINUTE,
    clock: systemClock,
    log: createLogger({ service: 'sweeper', level, clock: systemClock }),
  })
  return sweeper(input, context)
}
