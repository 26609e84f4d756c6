import {
  CreateScheduleCommand,
  DeleteScheduleCommand,
  type FlexibleTimeWindowMode,
  type ScheduleState,
  UpdateScheduleCommand,
} from '@aws-sdk/client-scheduler'
import { z } from 'zod'
import { autoName, common, defineResource } from '../../resource.ts'

const inputs = z.strictObject({
  ...common,
  name: z.string().optional(),
  namePrefix: z.string().optional(),
  groupName: z.string().optional(),
  description: z.string().optional(),
  state: z.enum(['ENABLED', 'DISABLED']).optional(),
  scheduleExpression: z.string(),
  scheduleExpressionTimezone: z.string().optional(),
  kmsKeyArn: z.string().optional(),
  flexibleTimeWindow: z.strictObject({
    mode: z.enum(['OFF', 'FLEXIBLE']),
    maximumWindowInMinutes: z.int().optional(),
  }),
  target: z.strictObject({
    arn: z.string(),
    roleArn: z.string(),
    input: z.string().optional(),
    deadLetterConfig: z.strictObject({ arn: z.string() }).optional(),
    retryPolicy: z
      .strictObject({ maximumEventAgeInSeconds: z.int().optional(), maximumRetryAttempts: z.int().optional() })
      .optional(),
  }),
})

type Inputs = z.infer<typeof inputs>

export const schedule = defineResource<Inputs>({
  inputs,
  replaceOn: ['name', 'namePrefix', 'groupName'],
  create: async (args, context) => {
    const name = args.name ?? autoName(context, args.namePrefix)
    const groupName = args.groupName ?? 'default'
    const { ScheduleArn } = await context.clients.scheduler.send(
      new CreateScheduleCommand({ Name: name, GroupName: groupName, ...toSchedule(args) }),
    )
    return { id: `${groupName}/${name}`, outputs: { arn: ScheduleArn, name, groupName } }
  },
  update: async ({ outputs }, args, { clients }) => {
    const { name, groupName } = outputs
    await clients.scheduler.send(
      new UpdateScheduleCommand({ Name: String(name), GroupName: String(groupName), ...toSchedule(args) }),
    )
    return {}
  },
  delete: async ({ outputs: { name, groupName } }, { clients }) => {
    await clients.scheduler.send(new DeleteScheduleCommand({ Name: String(name), GroupName: String(groupName) }))
  },
})

function toSchedule({ flexibleTimeWindow, target, ...args }: Inputs) {
  return {
    Description: args.description,
    State: args.state as ScheduleState | undefined,
    ScheduleExpression: args.scheduleExpression,
    ScheduleExpressionTimezone: args.scheduleExpressionTimezone,
    KmsKeyArn: args.kmsKeyArn,
    FlexibleTimeWindow: {
      Mode: flexibleTimeWindow.mode as FlexibleTimeWindowMode,
      MaximumWindowInMinutes: flexibleTimeWindow.maximumWindowInMinutes,
    },
    Target: {
      Arn: target.arn,
      RoleArn: target.roleArn,
      Input: target.input,
      DeadLetterConfig: target.deadLetterConfig && { Arn: target.deadLetterConfig.arn },
      RetryPolicy: target.retryPolicy && {
        MaximumEventAgeInSeconds: target.retryPolicy.maximumEventAgeInSeconds,
        MaximumRetryAttempts: target.retryPolicy.maximumRetryAttempts,
      },
    },
  }
}
