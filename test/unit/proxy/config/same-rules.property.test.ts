import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ProblemsError } from '../../../../core/errors.ts'
import { proxyConfig } from '../../../../infra/components/proxy-config.ts'
import { parseStackConfig } from '../../../../infra/config/parse.ts'
import { formatPath, readPath } from '../../../../infra/config/path.ts'
import { readSettings } from '../../../../proxy/config/read-settings.ts'
import { devSettings, devValues } from '../../../helpers/infra/dev-config.ts'

/** Mostly what is right, since one mistake refuses the whole; else what is nearly right, or anything. */
const mixed = (right: readonly string[], pieces: readonly string[]): fc.Arbitrary<string> =>
  fc.oneof(
    { weight: 12, arbitrary: fc.constantFrom(...right) },
    { weight: 1, arbitrary: fc.array(fc.constantFrom(...pieces), { maxLength: 6 }).map((parts) => parts.join('')) },
    { weight: 1, arbitrary: fc.string({ maxLength: 8 }) },
  )
const mostly = <Value>(right: readonly Value[], wrong: readonly Value[]): fc.Arbitrary<Value> =>
  fc.oneof({ weight: 12, arbitrary: fc.constantFrom(...right) }, { weight: 1, arbitrary: fc.constantFrom(...wrong) })

const name = mixed(['openai', 'a-1', 'b', 'c', 'a'.repeat(48)], ['a', 'B', '1', '-', '_', '.', 'a'.repeat(48)])
const prefix = mixed(['/', '/openai', '/a/b', '/c.d', '/~e'], ['/', 'a', '.', '~', '%61', '/metrics', '/health', ' '])
const header = mixed(['x-api-key', "it's", 'X_Key'], ['x', '-', '_', ':', 'host', 'proxy-', 'te', 'content', 'length'])
const upstream = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.constantFrom(
      { upstream: 'https://api.openai.com' },
      { upstream: 'https://api.openai.com/v1/', plainHttp: false },
      { upstream: 'http://10.0.0.1', plainHttp: true },
      { upstream: 'http://vllm:8000', plainHttp: true },
      { upstream: 'http://127.0.0.1' },
    ),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      upstream: mixed(
        ['https://x.test', 'http://8.8.8.8', 'http://vllm:8000', 'http://10.0.0.1'],
        ['http', 's', '://', '10.0.0.1', 'x.internal', 'x.test', '/v1', '?', '#', '@', ':80', '[::1]', '\\'],
      ),
      plainHttp: fc.boolean(),
    }),
  },
)
const route = fc
  .record({
    name,
    prefix,
    auth: fc.oneof(
      fc.constant({ scheme: 'bearer' as const }),
      header.map((header) => ({ scheme: 'header' as const, header })),
    ),
    field: mostly([undefined, 'apiKey'], ['', 'x'.repeat(257)]),
  })
  .chain((rest) => upstream.map((where) => ({ ...rest, ...where })))
const settings = fc.record({
  routes: fc.array(route, { minLength: 1, maxLength: 2 }),
  clients: fc.array(name, { minLength: 1, maxLength: 2 }),
  oneSecret: mostly([false], [true]),
  port: mostly([8080], [9464]),
  metricsPort: mostly([undefined, 9464], [8080]),
  refreshSeconds: mostly([1, 30, 3_600], [0, 2.5, 3_601]),
  maxStaleSeconds: mostly([3_600, 604_800], [0, 1, 60, 604_801]),
})

/**
 * infra/ and the proxy judge one configuration by the same rules: a stack that goes up must start, and what a proxy on
 * its own takes must be possible in a stack.
 */
test('what infra takes the proxy takes, and the other way round', () => {
  let taken = 0
  fc.assert(
    fc.property(settings, ({ routes, clients, oneSecret, ...rest }) => {
      const secretOf = (index: number) => (oneSecret || index === 0 ? 'mobile-app' : 'other-app')
      const stack = devSettings()
      const other = stack.secrets.find(({ name }) => name === 'mobile-app')
      stack.secrets.push({ ...(other as (typeof stack.secrets)[number]), name: 'other-app' })
      Object.assign(stack.proxy, rest, {
        clients: clients.map((name, index) => ({ name, secret: secretOf(index) })),
        routes: routes.map((route) => ({ ...route, secret: 'telegram-bot' })),
      })
      const alone = {
        ...rest,
        clients: clients.map((name, index) => ({ name, secretId: secretOf(index) })),
        routes: routes.map((route) => ({ ...route, mode: 'verify', secretId: 'telegram-bot' })),
      }

      const byInfra = verdict(() => parseStackConfig(stack, devValues))
      const byProxy = verdict(() => read(alone))

      // infra tells a client or a route by its name, and mistakes in the order of the file.
      const names = { clients, routes: routes.map(({ name }) => name) }
      const numbered = byInfra.map((path) =>
        inNumbers(path.replace(/^proxy\./, ''), names).replace(/\.secret$/, '.secretId'),
      )
      expect(numbered.sort()).toEqual(byProxy)
      if (byInfra.length > 0) return
      taken += 1
      const { proxy } = parseStackConfig(stack, devValues)
      if (!proxy) throw new Error('the proxy was left out')
      expect(() =>
        read(
          proxyConfig(
            proxy,
            (secret) => secret,
            () => undefined,
          ),
        ),
      ).not.toThrow()
    }),
    { numRuns: 800 },
  )
  expect(taken, 'configurations that were taken').toBeGreaterThan(50)
})

/** `clients.openai.name` as `clients[0].name`; `clients[1].name ("openai")`, a name told twice, likewise. */
function inNumbers(told: string, names: Readonly<Record<string, readonly string[]>>): string {
  const [list, member, ...rest] = readPath(told.replace(/ \(".*"\)$/s, ''))
  const known = names[String(list)]
  if (list === undefined || member === undefined) return told
  return formatPath([list, typeof member === 'string' && known ? known.indexOf(member) : member, ...rest])
}

const read = (config: unknown) => readSettings({ KEYTURN_PROXY_CONFIG: JSON.stringify(config) })

/** Paths of what is wrong, each once. */
function verdict(attempt: () => unknown): string[] {
  try {
    attempt()
    return []
  } catch (error) {
    if (!(error instanceof ProblemsError)) throw error
    return [...new Set(error.problems.map(({ path }) => path.replace(/^KEYTURN_PROXY_CONFIG\./, '')))].sort()
  }
}
