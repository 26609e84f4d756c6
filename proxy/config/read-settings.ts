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
  const config = configSchema.safeParse(json, { reportInput: true })
  const variables = variablesSchema.safeParse(env)
  const problems = [
    ...(json === undefined ? [{ path: CONFIG, message: noJson(env[CONFIG]) }] : toProblems(config.error, CONFIG)),
    ...findContradictions(json),
    ...toProblems(variables.error, ''),
  ]
  if (problems.length > 0 || !config.success || !variables.success) throw invalid(problems)
  const settings = combine(config.data, variables.data)
  const overridden = findOverridden(settings, variables.data)
  if (overridden.length > 0) throw invalid(overridden)
  return settings
}

const CONFIG = 'KEYTURN_PROXY_CONFIG'

const noJson = (text: string | undefined): string =>
  `${text === undefined || text === '' ? 'is not set' : 'is not JSON'}; it must hold the proxy's configuration, ` +
  'such as {"port":8080,"clients":[…],"routes":[…],"refreshSeconds":30,"maxStaleSeconds":86400}'

function invalid(problems: readonly Problem[]): ProblemsError {
  const heading =
    'The proxy cannot start. On AWS its configuration comes from keyturn:proxy in the stack config: correct it there, and run `pulumi up`. Elsewhere correct the variables, and start it again:'
  return new ProblemsError('proxy-config-invalid', heading, problems)
}

type Variables = z.output<typeof variablesSchema>

/** The configuration with what variables say instead. */
function combine(
  { limits, routes, metricsPort, ...rest }: z.output<typeof configSchema>,
  variables: Variables,
): Settings {
  const port = variables.PORT ?? rest.port
  return {
    config: {
      ...rest,
      routes: routes.map(({ field, plainHttp, ...route }) => {
        return { ...route, ...(field !== undefined && { field }), ...(plainHttp && { plainHttp }) }
      }),
    },
    limits: { ...limits, lameDuckSeconds: variables.KEYTURN_PROXY_LAME_DUCK_SECONDS ?? limits.lameDuckSeconds },
    host: variables.KEYTURN_PROXY_HOST,
    port,
    // A proxy on a free port, as tests have it, takes a free one here too.
    metricsPort: variables.METRICS_PORT ?? metricsPort ?? (port === 0 ? 0 : DEFAULT_METRICS_PORT),
    logLevel: variables.KEYTURN_LOG_LEVEL,
  }
}

/** What is right in the configuration and wrong with what a variable puts in its place, or a default. */
function findOverridden({ port, metricsPort, limits }: Settings, variables: Variables): Problem[] {
  const shared = metricsPortProblem(port, metricsPort)
  const portPath = variables.METRICS_PORT === undefined ? 'PORT' : 'METRICS_PORT'
  const tooLong = limits.lameDuckSeconds > limits.drainSeconds
  const lameDuck =
    variables.KEYTURN_PROXY_LAME_DUCK_SECONDS === undefined
      ? `${CONFIG}.limits.lameDuckSeconds`
      : 'KEYTURN_PROXY_LAME_DUCK_SECONDS'
  return [
    ...(shared === undefined
      ? []
      : [{ path: portPath, message: `${shared} (callers ${port}, metrics ${metricsPort})` }]),
    ...(tooLong
      ? [
          {
            path: lameDuck,
            message: `must be drainSeconds (${limits.drainSeconds}) or less: it is the drain's first part`,
          },
        ]
      : []),
  ]
}

function parseJson(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? '')
  } catch {
    return undefined
  }
}

function toProblems(error: z.ZodError | undefined, root: string): Problem[] {
  return (error?.issues ?? []).map(({ path, message, ...issue }) => ({
    path: path.reduce<string>((text, part) => {
      if (typeof part === 'number') return `${text}[${part}]`
      return text === '' ? String(part) : `${text}.${String(part)}`
    }, root),
    message:
      issue.code === 'invalid_type' && 'input' in issue && issue.input === undefined
        ? `is missing; ${message}`
        : message,
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
