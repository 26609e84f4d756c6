import { z } from 'zod'
import { type Problem, ProblemsError } from '../core/errors.ts'
import type { ProxyConfig } from '../core/inventory.ts'
import { type Limits, limitsSchema } from './limits.ts'

/** Everything that the proxy is told from outside, checked. */
export interface Settings {
  readonly config: ProxyConfig
  readonly limits: Limits
  readonly host: string
  readonly port: number
  readonly logLevel: string
}

/** Paths that the proxy answers itself and never forwards. */
export const OWN_PATHS = ['/health', '/ready', '/metrics'] as const

/**
 * Reads the proxy's environment: `KEYTURN_PROXY_CONFIG` (JSON, see core/inventory.ts ProxyConfig, plus an optional
 * `limits` object), `PORT` (overrides the configured port), `KEYTURN_PROXY_HOST` and `KEYTURN_LOG_LEVEL`.
 * @throws ProblemsError `proxy-config-invalid` with every mistake, its path and the allowed values
 */
export function readSettings(env: Readonly<Record<string, string | undefined>>): Settings {
  const problems: Problem[] = []
  const config = readConfig(env.KEYTURN_PROXY_CONFIG, problems)
  const variables = variablesSchema.safeParse({
    PORT: env.PORT,
    KEYTURN_PROXY_HOST: env.KEYTURN_PROXY_HOST,
    KEYTURN_LOG_LEVEL: env.KEYTURN_LOG_LEVEL,
  })
  if (!variables.success) problems.push(...toProblems(variables.error, ''))
  if (problems.length > 0 || !config || !variables.success) {
    throw new ProblemsError(
      'proxy-config-invalid',
      'The proxy cannot start. Correct these settings in the stack config and run `pulumi up` again:',
      problems,
    )
  }
  const { limits, ...rest } = config
  return {
    config: rest as ProxyConfig,
    limits,
    host: variables.data.KEYTURN_PROXY_HOST,
    port: variables.data.PORT ?? config.port,
    logLevel: variables.data.KEYTURN_LOG_LEVEL,
  }
}

const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const
const PREFIX = /^\/(?:[A-Za-z0-9_~-][A-Za-z0-9._~-]*(?:\/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)*)?$/
const NAME = /^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$/
const TOKEN = /^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/
/** Headers that frame a message or steer the connection: a key in one of them would never arrive as a key. */
const UNUSABLE_KEY_HEADERS =
  /^(host|content-length|content-type|connection|keep-alive|te|trailer|transfer-encoding|upgrade|expect|proxy-.*)$/i

const port = z.coerce.number('must be a port, 0 to 65535').int().min(0).max(65_535)
const name = z.string().regex(NAME, 'must be 1 to 64 of a-z, 0-9 and "-", not starting or ending with "-"')
const secretId = z.string().regex(/^[\w/+=.@:-]{1,2048}$/, 'must be the ARN or full name of a secret')
const auth = z.discriminatedUnion('scheme', [
  z.strictObject({ scheme: z.literal('bearer') }),
  z.strictObject({
    scheme: z.literal('header'),
    header: z
      .string()
      .regex(TOKEN, 'must be a header name, such as "x-api-key"')
      .refine((header) => !UNUSABLE_KEY_HEADERS.test(header), 'must not be a header that frames the message'),
  }),
])

const configSchema = z
  .strictObject({
    port,
    clients: z.array(z.strictObject({ name, secretId })).min(1, 'must name at least one client'),
    routes: z
      .array(
        z.strictObject({
          name,
          prefix: z
            .string()
            .max(256)
            .regex(PREFIX, 'must be "/" or a path such as "/openai", without a slash at its end'),
          upstream: z.string().superRefine((text, context) => {
            const problem = upstreamProblem(text)
            if (problem) context.addIssue({ code: 'custom', message: problem })
          }),
          mode: z.literal('verify', 'must be "verify"'),
          secretId,
          field: z.string().min(1).max(256).optional(),
          auth,
        }),
      )
      .min(1, 'must name at least one route'),
    refreshSeconds: z.number().min(1, 'must be 1 to 3600 seconds').max(3_600, 'must be 1 to 3600 seconds'),
    maxStaleSeconds: z.number().min(1, 'must be 1 to 604800 seconds').max(604_800, 'must be 1 to 604800 seconds'),
    limits: limitsSchema.prefault({}),
  })
  .superRefine((config, context) => {
    const report = (path: (string | number)[], message: string) => context.addIssue({ code: 'custom', path, message })
    findTwice(config.clients, 'name').forEach((index) => {
      report(['clients', index, 'name'], 'is used by another client; names must be unique')
    })
    findTwice(config.routes, 'name').forEach((index) => {
      report(['routes', index, 'name'], 'is used by another route; names must be unique')
    })
    findTwice(config.routes, 'prefix').forEach((index) => {
      report(['routes', index, 'prefix'], 'is used by another route; prefixes must be unique')
    })
    config.routes.forEach(({ prefix }, index) => {
      const own = OWN_PATHS.find((path) => prefix === path || prefix.startsWith(`${path}/`))
      if (own) report(['routes', index, 'prefix'], `must not lie under ${own}, which the proxy answers itself`)
    })
    if (config.maxStaleSeconds < config.refreshSeconds) {
      report(['maxStaleSeconds'], 'must be at least refreshSeconds, or every key set would go stale between polls')
    }
  })

const variablesSchema = z.object({
  PORT: port.optional(),
  KEYTURN_PROXY_HOST: z.union([z.ipv4(), z.ipv6()], 'must be an IP address to listen on').default('0.0.0.0'),
  KEYTURN_LOG_LEVEL: z.enum(LOG_LEVELS, `must be one of ${LOG_LEVELS.join(', ')}`).default('info'),
})

function readConfig(text: string | undefined, problems: Problem[]): z.infer<typeof configSchema> | undefined {
  const root = 'KEYTURN_PROXY_CONFIG'
  if (text === undefined || text === '') {
    problems.push({ path: root, message: 'is missing; it must hold the proxy configuration as JSON' })
    return undefined
  }
  const json = parseJson(text)
  if (json === undefined) {
    problems.push({ path: root, message: 'is not JSON' })
    return undefined
  }
  const result = configSchema.safeParse(json)
  if (result.success) return result.data
  problems.push(...toProblems(result.error, root))
  return undefined
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function toProblems(error: z.ZodError, root: string): Problem[] {
  return error.issues.map(({ path, message }) => ({
    path: path.reduce<string>((text, part) => {
      if (typeof part === 'number') return `${text}[${part}]`
      return text === '' ? String(part) : `${text}.${String(part)}`
    }, root),
    message,
  }))
}

function upstreamProblem(text: string): string | undefined {
  const url = URL.parse(text)
  if (!url) return 'must be an absolute URL such as "https://api.openai.com"'
  if (url.username || url.password || url.search || url.hash) return 'must have no user, query or fragment'
  if (url.protocol === 'https:') return undefined
  const loopback = ['localhost', '[::1]'].includes(url.hostname) || /^127\./.test(url.hostname)
  if (url.protocol === 'http:' && loopback) return undefined
  return 'must be https; plain http would send the key in clear and is allowed to a loopback address only'
}

function findTwice<Item>(items: readonly Item[], field: keyof Item): number[] {
  return items.flatMap((item, index) =>
    items.findIndex((other) => other[field] === item[field]) < index ? [index] : [],
  )
}
