import * as z from 'zod'
import { limitsSchema } from './limits.ts'
import { strictObject } from './strict-object.ts'

/** Paths that the proxy answers itself, on this port or the metrics', and that no route may lie under. */
export const OWN_PATHS = ['/health', '/ready', '/metrics'] as const

const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const
const PREFIX = /^\/(?:[A-Za-z0-9_~-][A-Za-z0-9._~-]*(?:\/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)*)?$/
const NAME = /^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$/
const TOKEN = /^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/
/** Headers that frame a message or steer the connection: a key in one of them would never arrive as a key. */
const UNUSABLE_KEY_HEADERS =
  /^(host|content-length|content-type|connection|keep-alive|te|trailer|transfer-encoding|upgrade|expect|proxy-.*)$/i

function text(pattern: RegExp, message: string) {
  return z.string(message).regex(pattern, message)
}

function range(min: number, max: number, unit: string) {
  const message = `must be ${min} to ${max} ${unit}`
  return z.number(message).min(min, message).max(max, message)
}

const LAME_DUCK = 'must be 0 to 60 seconds'
const PORT = 'must be a port, 0 to 65535'
const port = z.coerce.number(PORT).int(PORT).min(0, PORT).max(65_535, PORT)
const name = text(NAME, 'must be 1 to 64 of a-z, 0-9 and "-", not starting or ending with "-"')
const secretId = text(/^[\w/+=.@:-]{1,2048}$/, 'must be the ARN or full name of a secret')
const header = text(TOKEN, 'must be a header name, such as "x-api-key"').refine(
  (value) => !UNUSABLE_KEY_HEADERS.test(value),
  'must not be a header that frames the message',
)
const prefix = text(PREFIX, 'must be "/" or a path such as "/openai", without a slash at its end').refine(
  (path) => !OWN_PATHS.some((own) => path === own || path.startsWith(`${own}/`)),
  `must not lie under ${OWN_PATHS.join(', ')}, which the proxy answers itself`,
)
const upstream = z.string('must be an absolute URL such as "https://api.openai.com"').superRefine((value, context) => {
  const problem = upstreamProblem(value)
  if (problem) context.addIssue({ code: 'custom', message: problem })
})

const route = strictObject({
  name,
  prefix,
  upstream,
  mode: z.literal('verify', 'must be "verify"'),
  secretId,
  field: z.string().min(1).max(256).optional(),
  auth: z.discriminatedUnion(
    'scheme',
    [strictObject({ scheme: z.literal('bearer') }), strictObject({ scheme: z.literal('header'), header })],
    'must be {"scheme":"bearer"} or {"scheme":"header","header":"<name>"}',
  ),
})

/** The JSON in `KEYTURN_PROXY_CONFIG`: core/inventory.ts ProxyConfig, and optionally `limits`. */
export const configSchema = strictObject({
  port,
  metricsPort: port.optional(),
  clients: z
    .array(strictObject({ name, secretId }), 'must be a list of clients')
    .min(1, 'must name at least one client'),
  routes: z.array(route, 'must be a list of routes').min(1, 'must name at least one route'),
  refreshSeconds: range(1, 3_600, 'seconds'),
  maxStaleSeconds: range(1, 604_800, 'seconds'),
  limits: limitsSchema.prefault({}),
})

/** The other environment variables. */
export const variablesSchema = z.object({
  PORT: port.optional(),
  METRICS_PORT: port.optional(),
  KEYTURN_PROXY_HOST: z.union([z.ipv4(), z.ipv6()], 'must be an IP address to listen on').default('0.0.0.0'),
  KEYTURN_PROXY_LAME_DUCK_SECONDS: z.coerce.number(LAME_DUCK).min(0, LAME_DUCK).max(60, LAME_DUCK).optional(),
  KEYTURN_LOG_LEVEL: z.enum(LOG_LEVELS, `must be one of ${LOG_LEVELS.join(', ')}`).default('info'),
})

function upstreamProblem(value: string): string | undefined {
  const url = URL.parse(value)
  if (!url) return 'must be an absolute URL such as "https://api.openai.com"'
  if (url.username || url.password || url.search || url.hash) return 'must have no user, query or fragment'
  if (url.protocol === 'https:') return undefined
  const loopback = ['localhost', '[::1]'].includes(url.hostname) || /^127\./.test(url.hostname)
  if (url.protocol === 'http:' && loopback) return undefined
  return 'must be https; plain http would send the key in clear and is allowed to a loopback address only'
}
