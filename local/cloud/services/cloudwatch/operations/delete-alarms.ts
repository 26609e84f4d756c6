import { z } from 'zod'
import { ServiceError } from '../../../protocol/service-error.ts'
import { parseInput } from '../../parse-input.ts'
import type { Operation } from '../../service.ts'
import { alarmArn } from '../alarm-arn.ts'

const schema = z.object({ AlarmNames: z.array(z.string()).max(100) })

export const deleteAlarms: Operation = (input, call) => {
  const { AlarmNames } = parseInput(schema, input, 'InvalidParameterValueException')
  const { alarms } = call.cloud.state.cloudwatch
  for (const name of AlarmNames) call.authorize('cloudwatch:DeleteAlarms', alarmArn(call.cloud, name))
  const missing = AlarmNames.filter((name) => !alarms[name])
  if (missing.length > 0) throw new ServiceError('ResourceNotFound', `Unknown alarms: ${missing.join(', ')}`, 404)
  for (const name of AlarmNames) delete alarms[name]
}
