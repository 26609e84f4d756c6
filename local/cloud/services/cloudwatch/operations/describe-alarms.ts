import { z } from 'zod'
import { parseInput } from '../../parse-input.ts'
import type { Operation } from '../../service.ts'
import { alarmArn } from '../alarm-arn.ts'

const schema = z.object({
  AlarmNames: z.array(z.string()).max(100).optional(),
  AlarmNamePrefix: z.string().default(''),
})

export const describeAlarms: Operation = (input, call) => {
  const { AlarmNames, AlarmNamePrefix } = parseInput(schema, input, 'InvalidParameterValueException')
  call.authorize('cloudwatch:DescribeAlarms', alarmArn(call.cloud, '*'))
  const found = Object.values(call.cloud.state.cloudwatch.alarms)
    .filter(({ name }) => AlarmNames?.includes(name) ?? true)
    .filter(({ name }) => name.startsWith(AlarmNamePrefix))
  return {
    MetricAlarms: found.map(({ name, arn, settings, updatedAt }) => ({
      AlarmName: name,
      AlarmArn: arn,
      ...settings,
      AlarmConfigurationUpdatedTimestamp: new Date(updatedAt),
      StateValue: 'INSUFFICIENT_DATA',
      StateReason: 'The local cloud keeps alarms and does not evaluate them',
      StateUpdatedTimestamp: new Date(updatedAt),
    })),
    CompositeAlarms: [],
  }
}
