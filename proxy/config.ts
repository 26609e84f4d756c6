import * as z from 'zod'
import { type Problem, ProblemsError } from '../core/errors.ts'
import { DEFAULT_METRICS_PORT, type ProxyConfig } from '../core/inventory.ts'
import { configSchema, variablesSchema } from './config-schema.ts'
import type { Limits } from './limits.ts'

/** Everything that the proxy is told from outside, checked. */
export interface Settings {
  readonly config: ProxyConfig
  readonly limits: Limits
  readonly host: string
  readonly port: number
  /** Where `/metrics` is served; 0 for a free port. */
  readonly metricsPort: number
  readonly logLevel: string
}

/**
 * Reads the proxy's environment: `KEYTURN_PROXY_CONFIG` (JSON, see core/inventory.ts ProxyConfig, plus an optional
 * `limits` object), `PORT` and `METRICS_PORT` (override the configured ports), `KEYTURN_PROXY_LAME_DUCK_SECONDS`
 * (overrides `limits.lameDuckSeconds`), `KEYTURN_PROXY_HOST` and `KEYTURN_LOG_LEVEL`.
 * @throws ProblemsError `proxy-config-invalid` with every mistake, its path and the allowed values
 */
export function readSettings(env: Readonly<Record<string, string | undefined>>): Settings {
  const json = parseJson(env[CONFIG])
  const config = configSchema.safeParse(json)
  const variables = variablesSchema.safeParse(env)
  const problems = [
    ...(json === undefined ? [{ path: CONFIG, message: 'must hold the proxy configuration as JSON' }] : []),
    ...(json === undefined ? [] : toProblems(config.error, CONFIG)),
    ...findContradictions(json),
    ...toProblems(variables.error, ''),
  ]
  if (problems.length > 0 || !config.success || !variables.success) {
    const heading = 'The proxy cannot start. Correct these settings in the stack config and run `pulumi up` again:'
    throw new ProblemsError('proxy-config-invalid', heading, problems)
  }
  const { limits, routes, metricsPort, ...rest } = config.data
  const port = variables.data.PORT ?? rest.port
  return {
    config: {
      ...rest,
      routes: routes.map(({ field, ...route }) => (field === undefined ? route : { ...route, field })),
    },
    limits: { ...limits, lameDuckSeconds: variables.data.KEYTURN_PROXY_LAME_DUCK_SECONDS ?? limits.lameDuckSeconds },
    host: variables.data.KEYTURN_PROXY_HOST,
    port,
    // A proxy on a free port, as tests have it, takes a free one here too.
    metricsPort: variables.data.METRICS_PORT ?? metricsPort ?? (port === 0 ? 0 : DEFAULT_METRICS_PORT),
    logLevel: variables.data.KEYTURN_LOG_LEVEL,
  }
}

const CONFIG = 'KEYTURN_PROXY_CONFIG'

function parseJson(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? '')
  } catch {
    return undefined
  }
}

function toProblems(error: z.ZodError | undefined, root: string): Problem[] {
  return (error?.issues ?? []).map(({ path, message }) => ({
    path: path.reduce<string>((text, part) => {
      if (typeof part === 'number') return `${text}[${part}]`
      return text === '' ? String(part) : `${text}.${String(part)}`
    }, root),
    message,
  }))
}

/** Only what the comparison needs, so that it also runs when something else is wrong. */
const comparable = z.object({
  clients: z.array(z.object({ name: z.unknown() }).catch({ name: undefined })).catch([]),
  routes: z
    .array(z.object({ name: z.unknown(), prefix: z.unknown() }).catch({ name: undefined, prefix: undefined }))
    .catch([]),
  port: z.unknown().optional(),
  metricsPort: z.unknown().optional(),
  refreshSeconds: z.number().catch(0),
  maxStaleSeconds: z.number().catch(Number.POSITIVE_INFINITY),
})

/** Settings that are right by themselves and wrong together. */
function findContradictions(json: unknown): Problem[] {
  const { data } = comparable.safeParse(json)
  if (!data) return []
  const stale = data.maxStaleSeconds < data.refreshSeconds
  const shared = data.port !== 0 && data.port === data.metricsPort
  return [
    ...(shared ? [{ path: `${CONFIG}.metricsPort`, message: 'must be another port than `port`' }] : []),
    ...findTwice(data.clients, 'name').map((at) => twice(`clients[${at}].name`, 'client')),
    ...findTwice(data.routes, 'name').map((at) => twice(`routes[${at}].name`, 'route')),
    ...findTwice(data.routes, 'prefix').map((at) => twice(`routes[${at}].prefix`, 'route')),
    ...(stale
      ? [
          {
            path: `${CONFIG}.maxStaleSeconds`,
            message: 'must be at least refreshSeconds, or keys go stale between polls',
          },
        ]
      : []),
  ]
}

function twice(path: string, what: string): Problem {
  return { path: `${CONFIG}.${path}`, message: `is used by another ${what}; it must be unique` }
}

function findTwice<Item>(items: readonly Item[], field: keyof Item): number[] {
  return items.flatMap((item, index) => {
    const first = items.findIndex((other) => other[field] === item[field])
    return item[field] !== undefined && first < index ? [index] : []
  })
}
