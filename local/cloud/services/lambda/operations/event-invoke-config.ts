import { z } from 'zod'
import { ServiceError } from '../../../protocol/service-error.ts'
import { parseInput } from '../../parse-input.ts'
import type { Operation } from '../../service.ts'
import { notImplemented } from '../errors.ts'
import { DEFAULT_EVENT_AGE_SECONDS, DEFAULT_RETRIES } from '../event-queue.ts'
import type { EventInvokeRecord, FunctionRecord } from '../state.ts'
import { authorizedFunction, functionInput } from './authorized-function.ts'

const destination = z.object({ Destination: z.string().optional() }).optional()

const schema = z.object({
  ...functionInput,
  MaximumRetryAttempts: z.int().min(0).max(2).optional(),
  MaximumEventAgeInSeconds: z.int().min(60).max(21_600).optional(),
  DestinationConfig: z.object({ OnSuccess: destination, OnFailure: destination }).optional(),
})

/** docs.aws.amazon.com/lambda/latest/api/API_PutFunctionEventInvokeConfig.html: what is not given goes to its default. */
export const putFunctionEventInvokeConfig: Operation = (raw, call) => {
  const input = parseInput(schema, raw, 'InvalidParameterValueException')
  const { record } = authorizedFunction(call, 'lambda:PutFunctionEventInvokeConfig', input)
  const onFailure = input.DestinationConfig?.OnFailure?.Destination
  const onSuccess = input.DestinationConfig?.OnSuccess?.Destination
  for (const arn of [onFailure, onSuccess]) if (arn !== undefined) checkDestination(arn)
  record.eventInvoke = {
    maximumRetryAttempts: input.MaximumRetryAttempts ?? DEFAULT_RETRIES,
    maximumEventAgeSeconds: input.MaximumEventAgeInSeconds ?? DEFAULT_EVENT_AGE_SECONDS,
    ...(onFailure !== undefined && { onFailure }),
    ...(onSuccess !== undefined && { onSuccess }),
    lastModified: call.cloud.clock.now().toISOString(),
  }
  return shape(record, record.eventInvoke)
}

/** docs.aws.amazon.com/lambda/latest/api/API_GetFunctionEventInvokeConfig.html */
export const getFunctionEventInvokeConfig: Operation = (raw, call) => {
  const input = parseInput(z.object(functionInput), raw)
  const { record } = authorizedFunction(call, 'lambda:GetFunctionEventInvokeConfig', input)
  return shape(record, existing(record))
}

/** docs.aws.amazon.com/lambda/latest/api/API_DeleteFunctionEventInvokeConfig.html */
export const deleteFunctionEventInvokeConfig: Operation = (raw, call) => {
  const input = parseInput(z.object(functionInput), raw)
  const { record } = authorizedFunction(call, 'lambda:DeleteFunctionEventInvokeConfig', input)
  existing(record)
  delete record.eventInvoke
}

function checkDestination(arn: string): void {
  if (!/^arn:aws:(sns|lambda):/.test(arn))
    throw notImplemented(`A destination other than an SNS topic or a function (${arn})`)
}

function existing({ eventInvoke, arn }: FunctionRecord): EventInvokeRecord {
  if (eventInvoke) return eventInvoke
  const message = `The function ${arn} doesn't have an EventInvokeConfig`
  throw new ServiceError('ResourceNotFoundException', message, 404)
}

const shape = (record: FunctionRecord, config: EventInvokeRecord): Record<string, unknown> => ({
  FunctionArn: `${record.arn}:$LATEST`,
  LastModified: new Date(config.lastModified),
  MaximumRetryAttempts: config.maximumRetryAttempts,
  MaximumEventAgeInSeconds: config.maximumEventAgeSeconds,
  DestinationConfig: {
    OnSuccess: { ...(config.onSuccess !== undefined && { Destination: config.onSuccess }) },
    OnFailure: { ...(config.onFailure !== undefined && { Destination: config.onFailure }) },
  },
})
