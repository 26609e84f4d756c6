import type * as z from 'zod'
import { type Problem, ProblemsError } from '../../core/errors.ts'
import { DEFAULT_METRICS_PORT, type ProxyConfig } from '../../core/inventory.ts'
import { findRepeated, metricsPortProblem, repeated, sharedSecret, staleProblem } from '../../core/proxy-settings.ts'
import { upstreamProblem } from '../../core/routes.ts'
import type { Limits } from './limits.ts'
import { comparableSchema, configSchema, variablesSchema } from './schema.ts'

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
      routes: routes.map(({ field, plainHttp, ...route }) => {
        return { ...route, ...(field !== undefined && { field }), ...(plainHttp && { plainHttp }) }
      }),
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

/** Settings that are right by themselves and wrong together, by the rules that infra/ holds a stack config to. */
function findContradictions(json: unknown): Problem[] {
  const { data } = comparableSchema.safeParse(json)
  if (!data) return []
  const { clients, routes, port = 0, metricsPort = DEFAULT_METRICS_PORT } = data
  return [
    ...problem('metricsPort', metricsPortProblem(port, metricsPort)),
    ...problem('maxStaleSeconds', staleProblem(data.refreshSeconds ?? 0, data.maxStaleSeconds ?? Infinity)),
    ...repetitions('clients', 'name', clients),
    ...findRepeated(clients.map(({ secretId }) => secretId)).flatMap(({ index, first }) =>
      problem(`clients[${index}].secretId`, sharedSecret(`clients[${first}]`)),
    ),
    ...repetitions('routes', 'name', routes),
    ...repetitions('routes', 'prefix', routes),
    ...routes.flatMap(({ upstream, plainHttp }, index) =>
      upstream === undefined ? [] : problem(`routes[${index}].upstream`, upstreamProblem(upstream, plainHttp)),
    ),
  ]
}

function problem(path: string, message: string | undefined): Problem[] {
  return message === undefined ? [] : [{ path: `${CONFIG}.${path}`, message }]
}

function repetitions<Item>(list: string, field: keyof Item & string, items: readonly Item[]): Problem[] {
  const values = items.map((item) => item[field])
  return findRepeated(values).flatMap(({ index, first }) =>
    problem(`${list}[${index}].${field}`, repeated(values[index], `${list}[${first}].${field}`)),
  )
}
