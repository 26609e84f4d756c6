import { expect, test } from 'vitest'
import { ProblemsError } from '../../../../core/errors.ts'
import { readSettings } from '../../../../proxy/config/read-settings.ts'

const ROUTE = {
  name: 'openai',
  prefix: '/openai',
  upstream: 'https://api.openai.com',
  mode: 'verify',
  secretId: 'keyturn/dev/openai',
  auth: { scheme: 'bearer' },
}
const CONFIG = {
  port: 8080,
  clients: [{ name: 'app', secretId: 'keyturn/dev/app' }],
  routes: [ROUTE],
  refreshSeconds: 30,
  maxStaleSeconds: 3_600,
}

test('the shipped shape is read, with defaults for limits, host and level', () => {
  const settings = readSettings({ KEYTURN_PROXY_CONFIG: JSON.stringify(CONFIG) })

  expect(settings.config).toEqual(CONFIG)
  expect(settings).toMatchObject({ host: '0.0.0.0', port: 8080, logLevel: 'info' })
  expect(settings.limits).toMatchObject({ replayBodyBytes: 1024 * 1024, lameDuckSeconds: 5, drainSeconds: 110 })
})

test('PORT, host, level and lame duck are overridden by their variables', () => {
  const settings = readSettings({
    KEYTURN_PROXY_CONFIG: JSON.stringify(CONFIG),
    PORT: '9000',
    KEYTURN_PROXY_HOST: '127.0.0.1',
    KEYTURN_LOG_LEVEL: 'warn',
    KEYTURN_PROXY_LAME_DUCK_SECONDS: '0',
  })

  expect(settings).toMatchObject({ host: '127.0.0.1', port: 9000, logLevel: 'warn', limits: { lameDuckSeconds: 0 } })
})

test.each([
  [{}, {}, 9464],
  [{ metricsPort: 9000 }, {}, 9000],
  [{ metricsPort: 9000 }, { METRICS_PORT: '9001' }, 9001],
  [{ port: 0 }, {}, 0],
  [{}, { PORT: '0' }, 0],
])('metrics have a port of their own: %j with %j', (config, variables, port) => {
  const settings = readSettings({ KEYTURN_PROXY_CONFIG: JSON.stringify({ ...CONFIG, ...config }), ...variables })

  expect(settings.metricsPort).toBe(port)
})

test('metrics cannot share the port of the callers', () => {
  const error = problemsOf({ KEYTURN_PROXY_CONFIG: JSON.stringify({ ...CONFIG, metricsPort: 8080 }) })

  expect(error.problems.map(({ path }) => path)).toEqual(['KEYTURN_PROXY_CONFIG.metricsPort'])
})

test.each([
  [{}, { PORT: '9464' }, 'PORT'],
  [{}, { METRICS_PORT: '8080' }, 'METRICS_PORT'],
  [{}, { PORT: '9000', METRICS_PORT: '9000' }, 'METRICS_PORT'],
  [{ limits: { drainSeconds: 4 } }, {}, 'KEYTURN_PROXY_CONFIG.limits.lameDuckSeconds'],
  [{ limits: { drainSeconds: 10 } }, { KEYTURN_PROXY_LAME_DUCK_SECONDS: '11' }, 'KEYTURN_PROXY_LAME_DUCK_SECONDS'],
])('what is wrong only together with a variable or a default is found: %j with %j', (config, variables, path) => {
  const error = problemsOf({ KEYTURN_PROXY_CONFIG: JSON.stringify({ ...CONFIG, ...config }), ...variables })

  expect(error.problems.map((problem) => problem.path)).toEqual([path])
})

test.each([[''], [' '], ['0x50'], ['1e3'], ['-1'], ['65536'], ['80.5']])('%j is no port of a variable', (text) => {
  const error = problemsOf({ KEYTURN_PROXY_CONFIG: JSON.stringify(CONFIG), PORT: text, METRICS_PORT: text })

  expect(error.problems.map(({ path }) => path)).toEqual(['PORT', 'METRICS_PORT'])
  expect(error.message).toContain('PORT: must be a port, a whole number from 0 to 65535')
})

test.each([[null], [true], ['8080'], [''], [80.5], [65_536]])('%j is no port of the configuration', (port) => {
  const error = problemsOf({ KEYTURN_PROXY_CONFIG: JSON.stringify({ ...CONFIG, port }) })

  expect(error.problems.map(({ path }) => path)).toEqual(['KEYTURN_PROXY_CONFIG.port'])
})

test('what is missing is called missing, and what is wrong is not', () => {
  const { refreshSeconds: _left, ...config } = { ...CONFIG, maxStaleSeconds: 'long' }
  const error = problemsOf({ KEYTURN_PROXY_CONFIG: JSON.stringify(config) })

  expect(error.problems).toEqual([
    { path: 'KEYTURN_PROXY_CONFIG.refreshSeconds', message: 'is missing; must be 1 to 3600 seconds, a whole number' },
    { path: 'KEYTURN_PROXY_CONFIG.maxStaleSeconds', message: 'must be 1 to 604800 seconds, a whole number' },
  ])
})

test('every mistake is reported at once, with its path', () => {
  const config = {
    ...CONFIG,
    clients: [...CONFIG.clients, { name: 'app', secretId: 'keyturn/dev/other' }],
    routes: [{ ...ROUTE, upstream: 'http://api.openai.com', prefix: '/openai/', mode: 'passthrough' }],
    maxStaleSeconds: 1,
    extra: true,
  }

  const error = problemsOf({ KEYTURN_PROXY_CONFIG: JSON.stringify(config), KEYTURN_LOG_LEVEL: 'loud' })

  expect(error.code).toBe('proxy-config-invalid')
  expect(error.problems.map(({ path }) => path).sort()).toEqual([
    'KEYTURN_LOG_LEVEL',
    'KEYTURN_PROXY_CONFIG',
    'KEYTURN_PROXY_CONFIG.clients[1].name',
    'KEYTURN_PROXY_CONFIG.maxStaleSeconds',
    'KEYTURN_PROXY_CONFIG.routes[0].mode',
    'KEYTURN_PROXY_CONFIG.routes[0].prefix',
    'KEYTURN_PROXY_CONFIG.routes[0].upstream',
  ])
})

test.each([
  ['nothing', undefined, 'is not set; it must hold the proxy\'s configuration, such as {"port":8080,'],
  ['no JSON', '{', 'is not JSON; it must hold'],
  ['an array', '[]', 'must be an object with: port, metricsPort, clients'],
])('%s instead of a configuration is one clear problem', (_what, text, message) => {
  const error = problemsOf({ KEYTURN_PROXY_CONFIG: text })

  expect(error.problems).toEqual([{ path: 'KEYTURN_PROXY_CONFIG', message: expect.stringContaining(message) }])
  expect(error.message).toMatch(/keyturn:proxy in the stack config.*pulumi up.*correct the variables/s)
})

test.each([['/health'], ['/ready/x'], ['/metrics'], ['openai'], ['/a/../b'], ['/%6fpenai'], ['/a//b'], ['/a/.b']])(
  'prefix %s is refused',
  (prefix) => {
    const error = problemsOf({ KEYTURN_PROXY_CONFIG: JSON.stringify({ ...CONFIG, routes: [{ ...ROUTE, prefix }] }) })

    expect(error.problems.map(({ path }) => path)).toEqual(['KEYTURN_PROXY_CONFIG.routes[0].prefix'])
  },
)

test.each([['host'], ['Content-Length'], ['connection'], ['proxy-authorization'], ['x key'], ['x:y']])(
  'a key in the header %s is refused',
  (header) => {
    const routes = [{ ...ROUTE, auth: { scheme: 'header', header } }]
    const error = problemsOf({ KEYTURN_PROXY_CONFIG: JSON.stringify({ ...CONFIG, routes }) })

    expect(error.problems.map(({ path }) => path)).toEqual(['KEYTURN_PROXY_CONFIG.routes[0].auth.header'])
  },
)

test.each([
  ['https://user:pw@api.openai.com'],
  ['https://api.openai.com?x=1'],
  ['ftp://x'],
  ['api.openai.com'],
  ['http://10.0.0.1'],
])('upstream %s is refused', (upstream) => {
  const error = problemsOf({ KEYTURN_PROXY_CONFIG: JSON.stringify({ ...CONFIG, routes: [{ ...ROUTE, upstream }] }) })

  expect(error.problems.map(({ path }) => path)).toEqual(['KEYTURN_PROXY_CONFIG.routes[0].upstream'])
})

test('plain http is allowed to a loopback address', () => {
  const routes = [{ ...ROUTE, upstream: 'http://127.0.0.1:8081/openai' }]

  expect(readSettings({ KEYTURN_PROXY_CONFIG: JSON.stringify({ ...CONFIG, routes }) }).config.routes).toEqual(routes)
})

function problemsOf(env: Record<string, string | undefined>): ProblemsError {
  try {
    readSettings(env)
  } catch (error) {
    if (error instanceof ProblemsError) return error
    throw error
  }
  throw new Error('The configuration was accepted')
}
