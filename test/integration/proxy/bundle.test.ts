import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:https'
import { type AddressInfo, createServer as createTcpServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CreateSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import { build } from 'esbuild'
import OpenAI from 'openai'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { issueLoopbackCertificate } from '../../../local/cloud/certificate.ts'
import { type RunningCloud, startCloud } from '../../../local/cloud/start-cloud.ts'
import { CLIENT_KEY, UPSTREAM_KEY } from '../../helpers/proxy/start-test-proxy.ts'
import { until } from '../../helpers/proxy/until.ts'

let folder: string
let cloud: RunningCloud
let certificate: Awaited<ReturnType<typeof issueLoopbackCertificate>>

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'keyturn-proxy-'))
  certificate = await issueLoopbackCertificate()
  await writeFile(join(folder, 'ca.pem'), certificate.caPem)
  await build({
    entryPoints: ['proxy/main.ts'],
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'cjs',
    minify: true,
    outfile: join(folder, 'main.cjs'),
    logLevel: 'error',
  })
  cloud = await startCloud({ port: 0 })
  const client = new SecretsManagerClient({
    endpoint: cloud.url,
    region: 'eu-central-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  })
  await client.send(new CreateSecretCommand({ Name: 'keyturn/test/app', SecretString: CLIENT_KEY }))
  await client.send(
    new CreateSecretCommand({ Name: 'keyturn/test/openai', SecretString: `{"apiKey":"${UPSTREAM_KEY}"}` }),
  )
  client.destroy()
})

afterAll(async () => {
  await cloud.close()
  await rm(folder, { recursive: true })
})

test('the bundle serves the official OpenAI client over verified TLS, with keys from Secrets Manager, and drains on SIGTERM', async () => {
  const keys: (string | undefined)[] = []
  const upstream = createServer({ key: certificate.keyPem, cert: certificate.certPem }, (request, response) => {
    keys.push(request.headers.authorization)
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    for (const content of ['Hello', ' world']) {
      response.write(`data: ${JSON.stringify({ choices: [{ index: 0, delta: { content } }] })}\n\n`)
    }
    response.end('data: [DONE]\n\n')
  })
  upstream.listen(0, '127.0.0.1')
  await once(upstream, 'listening')
  const { port: upstreamPort } = upstream.address() as AddressInfo
  const port = await freePort()
  const proxy = start({
    PORT: String(port),
    KEYTURN_PROXY_CONFIG: config({ upstream: `https://127.0.0.1:${upstreamPort}/openai` }),
    NODE_EXTRA_CA_CERTS: join(folder, 'ca.pem'),
  })
  try {
    await until(
      async () => (await statusOf(`http://127.0.0.1:${port}/ready`)) === 200,
      `the proxy is ready: ${proxy.output()}`,
      20_000,
    )
    const openai = new OpenAI({ apiKey: CLIENT_KEY, baseURL: `http://127.0.0.1:${port}/openai/v1`, maxRetries: 0 })
    let text = ''
    const stream = await openai.chat.completions.create({
      model: 'm',
      stream: true,
      messages: [{ role: 'user', content: 'Hi' }],
    })
    for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? ''

    expect(text).toBe('Hello world')
    expect(keys).toEqual([`Bearer ${UPSTREAM_KEY}`])
    const wrong = new OpenAI({ apiKey: 'kt_wrong', baseURL: `http://127.0.0.1:${port}/openai/v1`, maxRetries: 0 })
    await expect(wrong.models.list()).rejects.toMatchObject({ status: 401, code: 'key-unknown' })

    proxy.child.kill('SIGTERM')
    expect(await proxy.exit).toEqual([0, null])
    expect(proxy.output()).toContain('drained')
    for (const secret of [CLIENT_KEY, UPSTREAM_KEY]) expect(proxy.output()).not.toContain(secret)
  } finally {
    proxy.child.kill('SIGKILL')
    upstream.closeAllConnections()
    upstream.close()
  }
})

test('a wrong configuration ends the process with every problem on standard error', async () => {
  const proxy = start({ KEYTURN_PROXY_CONFIG: '{"port":-1}', KEYTURN_LOG_LEVEL: 'loud' })

  expect(await proxy.exit).toEqual([1, null])

  for (const path of [
    'KEYTURN_PROXY_CONFIG.port',
    'KEYTURN_PROXY_CONFIG.clients',
    'KEYTURN_PROXY_CONFIG.routes',
    'KEYTURN_LOG_LEVEL',
  ]) {
    expect(proxy.output()).toMatch(new RegExp(`${path.replaceAll('.', '\\.')}: (is missing; )?must be `))
  }
})

test('a taken port ends the process with the port and what to do', async () => {
  const holder = createTcpServer().listen(0, '127.0.0.1')
  await once(holder, 'listening')
  const { port } = holder.address() as AddressInfo
  const proxy = start({ PORT: String(port), KEYTURN_PROXY_CONFIG: config({}) })

  expect(await proxy.exit).toEqual([1, null])

  expect(proxy.output()).toContain(`Port ${port} on 127.0.0.1 cannot be opened: another process has it`)
  holder.close()
})

test('a taken port of the metrics ends the process too, and says which setting', async () => {
  const holder = createTcpServer().listen(0, '127.0.0.1')
  await once(holder, 'listening')
  const { port } = holder.address() as AddressInfo
  const proxy = start({ PORT: '0', METRICS_PORT: String(port), KEYTURN_PROXY_CONFIG: config({}) })

  expect(await proxy.exit).toEqual([1, null])

  expect(proxy.output()).toContain(`Port ${port} on 127.0.0.1 cannot be opened: another process has it`)
  expect(proxy.output()).toContain('set METRICS_PORT to another')
  holder.close()
})

test.each([
  ['SIGTERM', 'SIGTERM', 143],
  ['SIGTERM', 'SIGINT', 130],
] as const)('%s drains, a %s after it ends the process at once, and the log says so', async (first, second, status) => {
  const port = await freePort()
  const proxy = start({
    PORT: String(port),
    KEYTURN_PROXY_CONFIG: config({}),
    KEYTURN_PROXY_LAME_DUCK_SECONDS: '60',
  })
  await until(async () => (await statusOf(`http://127.0.0.1:${port}/health`)) === 200, 'the proxy is up', 20_000)

  proxy.child.kill(first)
  await until(() => proxy.output().includes('draining'), 'it drains')
  const began = performance.now()
  proxy.child.kill(second)

  expect(await proxy.exit).toEqual([status, null])
  expect(performance.now() - began).toBeLessThan(5_000)
  expect(proxy.output()).toContain('a second signal')
})

test('under an older Node the bundle names the version that it needs, in one sentence', async () => {
  const older = join(folder, 'older.cjs')
  await writeFile(older, `Object.defineProperty(process.versions, 'node', { value: '20.20.2' })\n`)
  const proxy = start({ NODE_OPTIONS: `--require ${older}` })

  expect(await proxy.exit).toEqual([1, null])

  expect(proxy.output()).toBe(
    'The Keyturn proxy needs Node.js 22.18 or newer; this is 20.20.2. Run it with a newer one.\n',
  )
})

function config(route: { upstream?: string }): string {
  return JSON.stringify({
    port: 1,
    clients: [{ name: 'app', secretId: 'keyturn/test/app' }],
    routes: [
      {
        name: 'openai',
        prefix: '/openai',
        upstream: 'https://127.0.0.1:1',
        mode: 'verify',
        secretId: 'keyturn/test/openai',
        field: 'apiKey',
        auth: { scheme: 'bearer' },
        ...route,
      },
    ],
    refreshSeconds: 30,
    maxStaleSeconds: 3_600,
    limits: { lameDuckSeconds: 0 },
  })
}

function start(env: Record<string, string>): { child: ChildProcess; exit: Promise<unknown[]>; output: () => string } {
  let text = ''
  const child = spawn(process.execPath, [join(folder, 'main.cjs')], {
    env: {
      KEYTURN_PROXY_HOST: '127.0.0.1',
      METRICS_PORT: '0',
      AWS_ENDPOINT_URL: cloud.url,
      AWS_REGION: 'eu-central-1',
      AWS_ACCESS_KEY_ID: 'local',
      AWS_SECRET_ACCESS_KEY: 'local',
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (data: Buffer) => {
      text += data.toString()
    })
  }
  return { child, exit: once(child, 'close'), output: () => text }
}

async function statusOf(url: string): Promise<number> {
  try {
    return (await fetch(url)).status
  } catch {
    return 0
  }
}

async function freePort(): Promise<number> {
  const server = createTcpServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
