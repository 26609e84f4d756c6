import * as z from 'zod'
import { MAX_STALE_SECONDS, nameProblem, REFRESH_SECONDS } from '../../core/proxy-settings.ts'
import { keyHeaderProblem, prefixProblem } from '../../core/routes.ts'
import { limitsSchema } from './limits.ts'
import { strictObject } from './strict-object.ts'

const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const

/** A text by a rule that core keeps for infra/ too. */
function ruled(problemOf: (text: string) => string | undefined, missing: string) {
  return z.string(missing).superRefine((text, context) => {
    const message = problemOf(text)
    if (message !== undefined) context.addIssue({ code: 'custom', message })
  })
}

function seconds({ min, max }: { min: number; max: number }) {
  const message = `must be ${min} to ${max} seconds, a whole number`
  return z.int(message).min(min, message).max(max, message)
}

const PORT = 'must be a port, a whole number from 0 to 65535'
const port = z.int(PORT).min(0, PORT).max(65_535, PORT)
const name = ruled(nameProblem, 'must be a name such as "mobile-app"')
const SECRET_ID = 'must be the ARN or full name of a secret'
const secretId = z.string(SECRET_ID).regex(/^[\w/+=.@:-]{1,2048}$/, SECRET_ID)
const FIELD = 'must be the name of a JSON field, 1 to 256 characters; leave it out where the whole value is the key'
const header = ruled(keyHeaderProblem, 'must be a header name such as "x-api-key"')

const client = { name, secretId }
const route = {
  name,
  prefix: ruled(prefixProblem, 'must be a path such as "/openai"'),
  /** Checked together with `plainHttp`, in read-settings.ts. */
  upstream: z.string('must be a URL such as "https://api.openai.com"'),
  plainHttp: z.boolean('must be true or false').optional(),
  mode: z.literal('verify', 'must be "verify"'),
  secretId,
  field: z.string(FIELD).min(1, FIELD).max(256, FIELD).optional(),
  auth: z.discriminatedUnion(
    'scheme',
    [strictObject({ scheme: z.literal('bearer') }), strictObject({ scheme: z.literal('header'), header })],
    'must be {"scheme":"bearer"} or {"scheme":"header","header":"<name>"}',
  ),
}
const times = { refreshSeconds: seconds(REFRESH_SECONDS), maxStaleSeconds: seconds(MAX_STALE_SECONDS) }

/** The JSON in `KEYTURN_PROXY_CONFIG`: core/inventory.ts ProxyConfig, and optionally `limits`. */
export const configSchema = strictObject({
  port,
  metricsPort: port.optional(),
  clients: z.array(strictObject(client), 'must be a list of clients').min(1, 'must name at least one client'),
  routes: z.array(strictObject(route), 'must be a list of routes').min(1, 'must name at least one route'),
  ...times,
  limits: limitsSchema.prefault({}),
})

/** The fields that are held against each other, each left out when it is not sound: one mistake hides no other. */
export const comparableSchema = z.object({
  port: orAbsent(port),
  metricsPort: orAbsent(port),
  clients: z.array(z.object({ name: orAbsent(client.name), secretId: orAbsent(secretId) }).catch({})).catch([]),
  routes: z
    .array(
      z
        .object({
          name: orAbsent(route.name),
          prefix: orAbsent(route.prefix),
          upstream: orAbsent(route.upstream),
          plainHttp: orAbsent(route.plainHttp),
        })
        .catch({}),
    )
    .catch([]),
  refreshSeconds: orAbsent(times.refreshSeconds),
  maxStaleSeconds: orAbsent(times.maxStaleSeconds),
})

/** The other environment variables. */
export const variablesSchema = z.object({
  PORT: fromText(/^\d{1,5}$/, port, PORT),
  METRICS_PORT: fromText(/^\d{1,5}$/, port, PORT),
  KEYTURN_PROXY_HOST: z.union([z.ipv4(), z.ipv6()], 'must be an IP address to listen on').default('0.0.0.0'),
  KEYTURN_PROXY_LAME_DUCK_SECONDS: fromText(
    /^\d{1,3}(\.\d+)?$/,
    limitsSchema.shape.lameDuckSeconds.unwrap(),
    'must be 0 to 60 seconds',
  ),
  KEYTURN_LOG_LEVEL: z.enum(LOG_LEVELS, `must be one of ${LOG_LEVELS.join(', ')}`).default('info'),
})

function orAbsent<Schema extends z.ZodType>(schema: Schema) {
  return schema.optional().catch(undefined)
}

/** A number in a variable, written as people write it: nothing, a space and `0x50` are none. */
function fromText<Schema extends z.ZodType<number, number>>(form: RegExp, schema: Schema, message: string) {
  const unset = `${message}; leave it out to take what is configured`
  return z.string().regex(form, unset).transform(Number).pipe(schema).optional()
}
