import { z } from 'zod'
import { ServiceError } from '../../../protocol/service-error.ts'
import { parseInput } from '../../parse-input.ts'
import type { Operation } from '../../service.ts'
import { alarmArn } from '../alarm-arn.ts'

const schema = z.object({ ResourceARN: z.string() })

export const listTagsForResource: Operation = (input, call) => {
  const { ResourceARN } = parseInput(schema, input, 'InvalidParameterValueException')
  call.authorize('cloudwatch:ListTagsForResource', ResourceARN)
  const alarm = Object.values(call.cloud.state.cloudwatch.alarms).find(({ arn }) => arn === ResourceARN)
  if (!alarm) {
    const example = alarmArn(call.cloud, '<name>')
    throw new ServiceError('ResourceNotFoundException', `${ResourceARN} is not an alarm here (${example})`, 404)
  }
  return { Tags: Object.entries(alarm.tags).map(([Key, Value]) => ({ Key, Value })) }
}
