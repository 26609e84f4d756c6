import type { Cloud } from '../../cloud.ts'
import { callCloud } from '../../process/call-cloud.ts'
import type { FunctionTarget } from './identify.ts'
import type { InvokeResult } from './types.ts'

export interface EventOutcome {
  readonly requestId: string
  readonly requestPayload: unknown
  /** How often the function ran. */
  readonly runs: number
  readonly condition: 'Success' | 'RetriesExhausted' | 'EventAgeExceeded'
  readonly result?: InvokeResult
}

/**
 * Tells a function's destination what became of an event, under the function's role
 * (docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html). Without the permission the record is
 * lost, as in AWS; the journal shows the refusal.
 */
export async function deliver(cloud: Cloud, target: FunctionTarget, outcome: EventOutcome): Promise<void> {
  const { onSuccess, onFailure } = target.record.eventInvoke ?? {}
  const destination = outcome.condition === 'Success' ? onSuccess : onFailure
  if (destination === undefined) return
  try {
    await send(cloud, target, destination, recordOf(cloud, target, outcome))
  } catch (error) {
    cloud.log.warn({ error, function: target.record.name, destination }, 'a destination was not reached')
  }
}

async function send(
  cloud: Cloud,
  { record, version }: FunctionTarget,
  destination: string,
  body: unknown,
): Promise<void> {
  const { role } = version.settings
  const assume = { service: 'lambda.amazonaws.com', sourceArn: record.arn }
  if (destination.split(':')[2] === 'lambda') {
    const invoker = cloud.iam.assume(role, record.name, assume)
    await cloud.lambda.invoke(destination, body, { type: 'Event', invoker })
    return
  }
  const form = { Action: 'Publish', Version: '2010-03-31', TopicArn: destination, Message: JSON.stringify(body) }
  await callCloud(cloud, cloud.iam.issueCredentials(role, record.name, assume), {
    service: 'sns',
    contentType: 'application/x-www-form-urlencoded',
    body: new URLSearchParams(form).toString(),
  })
}

function recordOf(cloud: Cloud, { record, version }: FunctionTarget, outcome: EventOutcome): unknown {
  const { requestId, requestPayload, runs, condition, result } = outcome
  return {
    version: '1.0',
    timestamp: cloud.clock.now().toISOString(),
    requestContext: {
      requestId,
      functionArn: `${record.arn}:${version.version}`,
      condition,
      approximateInvokeCount: runs,
    },
    requestPayload,
    ...(result && {
      responseContext: {
        statusCode: 200,
        executedVersion: version.version,
        ...(result.functionError !== undefined && { functionError: result.functionError }),
      },
      responsePayload: result.payload,
    }),
  }
}
