import { z } from 'zod'
import { KeyturnError } from '../../core/errors.ts'
import { DEFAULT_GRACE, formatGrace, parseGrace } from '../../core/grace.ts'
import { strategies } from '../../lambdas/strategies/find-strategy.ts'
import type { Strategy } from '../../lambdas/strategies/strategy.ts'
import { name } from './primitives.ts'
import { networkShape, proxyShape } from './proxy-schema.ts'
import { parseSchedule } from './schedule.ts'

/** A tag value in AWS: 256 characters of a limited alphabet. */
const owner = z
  .string()
  .regex(
    /^[\p{L}\p{N} _.:/=+@-]{1,256}$/u,
    'must be 1 to 256 letters, digits, spaces or _ . : / = + - @, such as "team@example.com"',
  )
  .meta({ examples: ['team@example.com'] })

const grace = z
  .string()
  .superRefine((text, context) => {
    const problem = reason(() => parseGrace(text))
    if (problem !== undefined) context.addIssue({ code: 'custom', message: problem })
  })
  .meta({ examples: ['24h'] })

const schedule = z
  .string()
  .superRefine((text, context) => {
    const problem = reason(() => parseSchedule(text))
    if (problem !== undefined) context.addIssue({ code: 'custom', message: problem })
  })
  .meta({ examples: ['cron(0 3 ? * MON *)'] })

export const secretShape = {
  name,
  strategy: z.enum(Object.keys(strategies)),
  /** The strategy's own parameters, checked against its schema. */
  params: z
    .record(z.string(), z.json())
    .meta({ examples: [{ format: 'password', length: 32 }] })
    .default({}),
  /** Group whose KMS key encrypts the secret. */
  group: name,
  owner,
  description: z
    .string()
    .min(1, 'must say what the secret opens')
    .max(2048)
    .meta({ examples: ['Key with which the proxy calls OpenAI'] }),
  /** When it rotates; left out, only when somebody asks. */
  schedule: schedule.optional(),
  /** How long each rotation may wait for its moment; {@link DEFAULT_WINDOW} unless given. */
  window: z
    .string()
    .regex(/^([1-9]|1\d|2[0-4])h$/, 'must be whole hours, "1h" to "24h"')
    .meta({ examples: ['4h'] })
    .optional(),
  grace: grace.default(formatGrace(DEFAULT_GRACE)),
  /** Names from `consumers`; the proxy reads what its clients and routes name without standing here. */
  consumers: z.array(name).default([]),
}

export const DEFAULT_WINDOW = '1h'

/** Said even where other settings of the secret are wrong. */
const secretSchema = z
  .strictObject(secretShape)
  .refine(({ schedule, window }) => window === undefined || schedule !== undefined, {
    path: ['window'],
    message: 'is how long a scheduled rotation may take, and there is no "schedule". Leave it out, or add a schedule',
    when: ({ value }) => value !== null && typeof value === 'object',
  })

export const groupShape = {
  description: z
    .string()
    .min(1, 'must say what the group holds')
    .max(8192)
    .meta({ examples: ['Keys of upstream providers'] }),
  /** A multi-Region key can be replicated later; an ordinary key can never become one. */
  multiRegion: z.boolean().default(false),
  /** Days between rotations of the key material. */
  rotationDays: z.int().min(90).max(2560).default(365),
}

export const consumerShape = {
  /** Role that reads: its name with path if it has one, or its whole ARN. */
  role: z
    .string()
    .regex(/^(arn:aws[a-z-]*:iam::\d{12}:role\/)?[\w+=,.@/-]{1,128}$/, 'must be the name or the ARN of an IAM role')
    .meta({ examples: ['reporting-service'] }),
}

/** Retention periods that CloudWatch Logs offers, in days. */
const LOG_RETENTION = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
] as const

/** Needs no parameters, no person and no client. */
const isSimple = ({ supply, presentedBy, params }: Strategy): boolean =>
  supply === 'never' && presentedBy === undefined && params.safeParse({}).success

/** What is shown when something else stands where a secret or an operator must. */
const SECRET = {
  name: 'signing',
  strategy: Object.values(strategies).find(isSimple)?.kind,
  group: 'internal',
  owner: 'team@example.com',
  description: 'Signs cookies',
  schedule: 'rate(30 days)',
}
const OPERATOR = 'arn:aws:iam::123456789012:role/platform-engineers'

export const stackShape = {
  groups: z
    .record(name, z.strictObject(groupShape).meta({ examples: [{ description: 'Keys of upstream providers' }] }))
    .meta({ examples: [{ upstream: { description: 'Keys of upstream providers' } }] }),
  secrets: z.array(secretSchema.meta({ examples: [SECRET] })).min(1, 'must list one secret or more'),
  consumers: z
    .record(name, z.strictObject(consumerShape).meta({ examples: [{ role: 'reporting-service' }] }))
    .meta({ examples: [{ reporting: { role: 'reporting-service' } }] })
    .default({}),
  /** ARNs of people's roles that may read and put values; the identity that deploys unless given. */
  operators: z
    .array(
      z
        .string()
        .regex(/^arn:aws[a-z-]*:iam::\d{12}:((role|user)\/.+|root)$/, 'must be the ARN of an IAM role or user')
        .meta({ examples: [OPERATOR] }),
    )
    .min(1, 'must list one operator or more')
    .optional(),
  proxy: z.strictObject(proxyShape).optional(),
  network: z.strictObject(networkShape).default({}),
  functions: z
    .strictObject({
      /**
       * Kept in the account for each rotation function. Nothing is, unless given: a fresh account has nothing to reserve.
       */
      reservedConcurrency: z.int().min(1).max(1000).optional(),
      memoryMb: z.int().min(128).max(10240).default(256),
      timeoutSeconds: z.int().min(60).max(900).default(300),
    })
    .meta({ examples: [{ memoryMb: 512 }] })
    .prefault({}),
  sweepMinutes: z.int().min(1).max(60).default(5),
  logRetentionDays: z.literal(LOG_RETENTION).default(90),
  logLevel: z.enum(['debug', 'info', 'warn', 'error']).default('info'),
  /** Keys and secrets refuse to be deleted or replaced; off only for a stack that will be thrown away. */
  protect: z.boolean().default(true),
}

export const stackSchema = z
  .strictObject(stackShape)
  .refine(({ functions, secrets }) => !tooNarrow(functions.reservedConcurrency, secrets), {
    path: ['functions', 'reservedConcurrency'],
    message: 'must be 2 or more, or left out: a secret without a "schedule" has its function tried out while it runs',
  })

const tooNarrow = (reserved: number | undefined, secrets: readonly { schedule?: string | undefined }[]): boolean =>
  reserved === 1 && secrets.some(({ schedule }) => schedule === undefined)

export type StackSettings = z.output<typeof stackSchema>
export type SecretSettings = StackSettings['secrets'][number]
export type GroupSettings = StackSettings['groups'][string]
export type ProxySettings = NonNullable<StackSettings['proxy']>
export type NetworkSettings = StackSettings['network']
export type FunctionSettings = StackSettings['functions']

/** Why `attempt` refuses its input, or undefined when it does not. */
function reason(attempt: () => unknown): string | undefined {
  try {
    attempt()
    return undefined
  } catch (error) {
    if (error instanceof KeyturnError) return error.message
    throw error
  }
}
