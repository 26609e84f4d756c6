import { z } from 'zod'
import { RestResponse } from '../../../protocol/rest-json.ts'
import { ServiceError } from '../../../protocol/service-error.ts'
import { parseInput } from '../../parse-input.ts'
import type { Operation } from '../../service.ts'
import { lambdaOf } from '../create-lambda.ts'
import { assertInvocable } from '../function-state.ts'
import { authorizedFunction, functionInput } from './authorized-function.ts'

const schema = z.object({ ...functionInput, Payload: z.instanceof(Buffer) })

const MAX_BYTES = { RequestResponse: 6 * 1024 * 1024, Event: 1024 * 1024, DryRun: 6 * 1024 * 1024 } as const

/** docs.aws.amazon.com/lambda/latest/api/API_Invoke.html */
export const invoke: Operation = async (raw, call) => {
  const input = parseInput(schema, raw, 'InvalidParameterValueException')
  const target = authorizedFunction(call, 'lambda:InvokeFunction', input)
  const type = readType(call.request.headers['x-amz-invocation-type'])
  const payload = readPayload(input.Payload, MAX_BYTES[type])
  const lambda = lambdaOf(call.cloud)

  if (type === 'DryRun') return new RestResponse({ status: 204 })
  if (type === 'Event') {
    assertInvocable(target.record)
    lambda.events.submit(target, payload)
    return new RestResponse({ status: 202 })
  }
  const { functionError, payload: answer, logTail } = await lambda.run(target, payload)
  const withTail = call.request.headers['x-amz-log-type'] === 'Tail'
  return new RestResponse({
    headers: {
      'x-amz-executed-version': target.version.version,
      ...(functionError !== undefined && { 'x-amz-function-error': functionError }),
      ...(withTail && { 'x-amz-log-result': Buffer.from(logTail).toString('base64') }),
    },
    body: JSON.stringify(answer),
  })
}

function readType(header: string | undefined): keyof typeof MAX_BYTES {
  if (header === undefined || header === 'RequestResponse') return 'RequestResponse'
  if (header === 'Event' || header === 'DryRun') return header
  throw new ServiceError('InvalidParameterValueException', 'InvocationType must be RequestResponse, Event or DryRun.')
}

function readPayload(body: Buffer, limit: number): unknown {
  if (body.length > limit) {
    throw new ServiceError('RequestTooLargeException', `Request must be smaller than ${limit} bytes`, 413)
  }
  if (body.length === 0) return {}
  try {
    return JSON.parse(body.toString('utf8'))
  } catch {
    throw new ServiceError(
      'InvalidRequestContentException',
      'Could not parse request body into json: the payload must be JSON.',
    )
  }
}
