import { z } from 'zod'
import { KeyturnError } from '../../../../core/errors.ts'
import { ServiceError } from '../../protocol/service-error.ts'
import { nextOccurrence } from '../../schedule-expression.ts'
import type { ScheduleSettings } from './state.ts'

export const scheduleName = z
  .string()
  .min(1)
  .max(64)
  .regex(/^[\w.-]+$/, 'only letters, digits and . - _')
export const groupName = z.literal('default', 'the local cloud has one schedule group: default').default('default')

const unsupported = (what: string) => z.never(`${what} is not implemented by the local cloud: leave it out`).optional()
const isoMoment = z.number().transform((seconds) => new Date(seconds * 1_000).toISOString())

const target = z.object({
  Arn: z.string().regex(/^arn:aws:lambda:[^:]+:\d{12}:function:/, 'the local cloud invokes Lambda functions'),
  RoleArn: z.string().regex(/^arn:aws:iam::\d{12}:role\//, 'the ARN of a role'),
  Input: z.string().optional(),
  RetryPolicy: z
    .object({
      MaximumEventAgeInSeconds: z.int().min(60).max(86_400).default(86_400),
      MaximumRetryAttempts: z.int().min(0).max(185).default(185),
    })
    .prefault({}),
  DeadLetterConfig: unsupported('DeadLetterConfig'),
})

/** The members that CreateSchedule and UpdateSchedule share; an update replaces them all. */
export const settings = z.object({
  ScheduleExpression: z.string().min(1).max(256),
  ScheduleExpressionTimezone: z.string().default('UTC'),
  State: z.enum(['ENABLED', 'DISABLED']).default('ENABLED'),
  StartDate: isoMoment.optional(),
  EndDate: isoMoment.optional(),
  Description: z.string().max(512).optional(),
  FlexibleTimeWindow: z.object({
    Mode: z.literal('OFF', 'the local cloud fires on time: only OFF is implemented'),
  }),
  ActionAfterCompletion: z.enum(['NONE', 'DELETE']).default('NONE'),
  Target: target,
  KmsKeyArn: unsupported('KmsKeyArn'),
  ClientToken: z.string().optional(),
})

/** @throws ServiceError `ValidationException` for an expression that cannot be read */
export function readSettings(input: z.infer<typeof settings>, now: Date): ScheduleSettings {
  const { Target, StartDate, EndDate, Description } = input
  try {
    nextOccurrence(input.ScheduleExpression, now, { timezone: input.ScheduleExpressionTimezone })
  } catch (error) {
    if (!(error instanceof KeyturnError)) throw error
    throw new ServiceError('ValidationException', `Invalid Schedule Expression. ${error.message}`)
  }
  return {
    expression: input.ScheduleExpression,
    timezone: input.ScheduleExpressionTimezone,
    enabled: input.State === 'ENABLED',
    ...(StartDate !== undefined && { startAt: StartDate }),
    ...(EndDate !== undefined && { endAt: EndDate }),
    ...(Description !== undefined && { description: Description }),
    deleteAfterCompletion: input.ActionAfterCompletion === 'DELETE',
    target: {
      arn: Target.Arn,
      roleArn: Target.RoleArn,
      ...(Target.Input !== undefined && { input: Target.Input }),
      maxAgeSeconds: Target.RetryPolicy.MaximumEventAgeInSeconds,
      maxRetries: Target.RetryPolicy.MaximumRetryAttempts,
    },
  }
}
