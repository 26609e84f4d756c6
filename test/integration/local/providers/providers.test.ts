import { connect } from 'node:tls'
import OpenAI from 'openai'
import { Agent, fetch as undiciFetch } from 'undici'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createMovableClock, type MovableClock } from '../../../../local/cloud/clock.ts'
import { createFaults, type Faults } from '../../../../local/cloud/faults.ts'
import { createJournal } from '../../../../local/cloud/journal.ts'
import {
  type RunningUpstream,
  startUpstream,
  type UpstreamOptions,
} from '../../../../local/providers/start-upstream.ts'

const OPENAI_ADMIN = 'sk-admin-for-tests'
const OPENROUTER_ADMIN = 'sk-or-v1-provisioning-for-tests'
const ACCOUNTS = '/openai/v1/organization/projects/proj_1/service_accounts'
const CHAT = { model: 'gpt-5-mini', messages: [{ role: 'user', content: 'Hello' }] }

let clock: MovableClock
let faults: Faults
let upstream: RunningUpstream
let agent: Agent

beforeEach(async () => {
  clock = createMovableClock()
  faults = createFaults()
  await start({})
})

afterEach(stop)

async function start(options: Partial<UpstreamOptions>): Promise<void> {
  const adminKeys = { openai: [OPENAI_ADMIN], openrouter: [OPENROUTER_ADMIN] }
  upstream = await startUpstream({ port: 0, clock, faults, adminKeys, ...options })
  agent = new Agent({ connect: { ca: upstream.caPem } })
}

async function stop(): Promise<void> {
  await agent.destroy()
  await upstream.close()
}

async function restart(options: Partial<UpstreamOptions>): Promise<void> {
  await stop()
  await start(options)
}

interface Answer {
  status: number
  // biome-ignore lint/suspicious/noExplicitAny: answers are JSON of many shapes, asserted field by field
  body: any
  headers: { get(name: string): string | null }
}

async function call(method: string, path: string, key: string, body?: unknown): Promise<Answer> {
  const response = await undiciFetch(upstream.url + path, {
    method,
    dispatcher: agent,
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  const text = await response.text()
  return { status: response.status, headers: response.headers, body: text.startsWith('{') ? JSON.parse(text) : text }
}

const mint = async (name = 'kt-1'): Promise<{ id: string; value: string }> => {
  const { body } = await call('POST', ACCOUNTS, OPENAI_ADMIN, { name })
  return { id: body.id, value: body.api_key.value }
}

test('a minted OpenAI key serves until its service account is deleted, then answers 401', async () => {
  const created = await call('POST', ACCOUNTS, OPENAI_ADMIN, { name: 'kt-1' })
  expect(created.status).toBe(200)
  expect(created.body).toMatchObject({
    object: 'organization.project.service_account',
    name: 'kt-1',
    role: 'member',
    api_key: { object: 'organization.project.service_account.api_key', value: expect.stringMatching(/^sk-svcacct-/) },
  })
  const { id, api_key: key } = created.body

  expect((await call('POST', '/openai/v1/chat/completions', key.value, CHAT)).status).toBe(200)
  expect((await call('DELETE', `${ACCOUNTS}/${id}`, OPENAI_ADMIN)).body).toMatchObject({ id, deleted: true })
  const refused = await call('POST', '/openai/v1/chat/completions', key.value, CHAT)
  expect(refused.status).toBe(401)
  expect(refused.body.error).toMatchObject({ code: 'invalid_api_key', type: 'invalid_request_error', param: null })
  expect((await call('DELETE', `${ACCOUNTS}/${id}`, OPENAI_ADMIN)).status).toBe(404)
})

test('service accounts are listed page by page and never with their keys', async () => {
  for (let index = 0; index < 5; index++) await mint(`kt-${index}`)
  const first = await call('GET', `${ACCOUNTS}?limit=2`, OPENAI_ADMIN)
  expect(first.body).toMatchObject({ object: 'list', has_more: true, data: [{ name: 'kt-0' }, { name: 'kt-1' }] })
  const rest = await call('GET', `${ACCOUNTS}?limit=100&after=${first.body.last_id}`, OPENAI_ADMIN)
  expect(rest.body.has_more).toBe(false)
  expect(rest.body.data.map(({ name }: { name: string }) => name)).toEqual(['kt-2', 'kt-3', 'kt-4'])
  expect(JSON.stringify([first.body, rest.body])).not.toContain('sk-svcacct-')
  expect((await call('GET', ACCOUNTS.replace('proj_1', 'proj_2'), OPENAI_ADMIN)).body.data).toEqual([])
})

test('administration wants the admin key, and the admin key serves no inference', async () => {
  const { value } = await mint()
  expect((await call('GET', ACCOUNTS, value)).status).toBe(401)
  expect((await call('GET', ACCOUNTS, OPENROUTER_ADMIN)).status).toBe(401)
  expect((await call('GET', '/openai/v1/models', OPENAI_ADMIN)).status).toBe(401)
  upstream.keys.removeAdmin('openai', OPENAI_ADMIN)
  expect((await call('GET', ACCOUNTS, OPENAI_ADMIN)).status).toBe(401)
})

test('OpenRouter keys are provisioned, listed by hash and deleted', async () => {
  const created = await call('POST', '/openrouter/api/v1/keys', OPENROUTER_ADMIN, { name: 'kt-1' })
  expect(created).toMatchObject({
    status: 201,
    body: { key: expect.stringMatching(/^sk-or-v1-/), data: { name: 'kt-1', disabled: false } },
  })
  const { key, data } = created.body
  const listed = await call('GET', '/openrouter/api/v1/keys', OPENROUTER_ADMIN)
  expect(listed.body.data).toMatchObject([{ hash: data.hash, name: 'kt-1' }])
  expect(JSON.stringify(listed.body)).not.toContain(key)

  expect((await call('GET', '/openrouter/api/v1/key', key)).body.data.label).toBe(data.label)
  expect((await call('POST', '/openrouter/api/v1/chat/completions', key, CHAT)).status).toBe(200)
  expect((await call('POST', '/openai/v1/chat/completions', key, CHAT)).status).toBe(401)
  expect((await call('DELETE', `/openrouter/api/v1/keys/${data.hash}`, OPENROUTER_ADMIN)).body).toEqual({
    deleted: true,
  })
  const refused = await call('GET', '/openrouter/api/v1/key', key)
  expect(refused).toMatchObject({ status: 401, body: { error: { code: 401 } } })
})

test('the official client reads a whole completion and a stream to its end', async () => {
  const { id, value } = await mint()
  const client = new OpenAI({
    apiKey: value,
    baseURL: `${upstream.url}/openai/v1`,
    maxRetries: 0,
    fetch: (input, init) => undiciFetch(String(input), { ...(init as object), dispatcher: agent }) as never,
  })
  const whole = await client.chat.completions.create({ model: 'm', messages: [{ role: 'user', content: 'Hi' }] })
  expect(whole.choices[0]?.message.content).toMatch(/^Keys turn/)

  const stream = await client.chat.completions.create({
    model: 'm',
    messages: [{ role: 'user', content: 'Hi' }],
    max_tokens: 30,
    stream: true,
    stream_options: { include_usage: true },
  })
  let pieces = 0
  let tokens = 0
  for await (const chunk of stream) {
    if (chunk.choices[0]?.delta.content) pieces += 1
    tokens += chunk.usage?.completion_tokens ?? 0
  }
  expect({ pieces, tokens }).toEqual({ pieces: 30, tokens: 30 })
  expect(upstream.keys.all().find((key) => key.id === id)?.uses).toBe(2)
})

test('a new key works only once it has propagated, and a revoked one until that has', async () => {
  let elapsed = 0
  await restart({ clock: { ...clock, monotonic: () => elapsed }, propagation: { activateMs: 300, revokeMs: 200 } })
  const { id, value } = await mint()
  const status = async (): Promise<number> => (await call('GET', '/openai/v1/models', value)).status
  expect(await status()).toBe(401)
  elapsed = 300
  expect(await status()).toBe(200)
  await call('DELETE', `${ACCOUNTS}/${id}`, OPENAI_ADMIN)
  expect(await status()).toBe(200)
  elapsed = 500
  expect(await status()).toBe(401)
})

test('the limit of live keys refuses one more and counts a revoked key out', async () => {
  await restart({ liveKeyLimit: 1 })
  const { id } = await mint()
  expect(await call('POST', ACCOUNTS, OPENAI_ADMIN, { name: 'kt-2' })).toMatchObject({
    status: 400,
    body: { error: { code: 'service_account_limit_reached' } },
  })
  await call('DELETE', `${ACCOUNTS}/${id}`, OPENAI_ADMIN)
  expect((await call('POST', ACCOUNTS, OPENAI_ADMIN, { name: 'kt-2' })).status).toBe(200)
})

test.each([
  ['before', 0],
  ['after', 1],
] as const)('a connection dropped %s minting leaves %i key at the target', async (when, left) => {
  faults.add({ service: 'upstream', operation: 'CreateKey', effect: { kind: 'drop', when } })
  await expect(call('POST', ACCOUNTS, OPENAI_ADMIN, { name: 'kt-1' })).rejects.toThrow()
  expect(upstream.keys.live('openai')).toHaveLength(left)
  expect((await call('POST', ACCOUNTS, OPENAI_ADMIN, { name: 'kt-1' })).status).toBe(200)
})

test.each(['before', 'after'] as const)('a kill %s an operation tells the cloud and never answers', async (when) => {
  let kills = 0
  await restart({ onKill: () => kills++ })
  faults.add({ service: 'upstream', operation: 'DeleteKey', effect: { kind: 'kill', when } })
  const { id } = await mint()
  await expect(call('DELETE', `${ACCOUNTS}/${id}`, OPENAI_ADMIN)).rejects.toThrow()
  expect(kills).toBe(1)
  expect(upstream.keys.live('openai')).toHaveLength(when === 'before' ? 1 : 0)
})

test('errors and throttling come in the provider’s own shape', async () => {
  faults.add({ service: 'upstream', operation: 'ListKeys', effect: { kind: 'error', code: 'boom', status: 503 } })
  faults.add({ service: 'upstream', operation: 'ListKeys', effect: { kind: 'throttle' } })
  expect(await call('GET', ACCOUNTS, OPENAI_ADMIN)).toMatchObject({ status: 503, body: { error: { code: 'boom' } } })
  expect(await call('GET', ACCOUNTS, OPENAI_ADMIN)).toMatchObject({ status: 429 })
  expect(await call('GET', ACCOUNTS, OPENAI_ADMIN)).toMatchObject({ status: 200 })
})

test('a stream that dies halfway never looks like a clean end', async () => {
  const { value } = await mint()
  faults.add({ service: 'upstream', operation: 'Chat', effect: { kind: 'drop', when: 'after' } })
  await expect(call('POST', '/openai/v1/chat/completions', value, { ...CHAT, stream: true })).rejects.toThrow()
  expect(upstream.served.at(-1)).toMatchObject({ operation: 'Chat', outcome: 'cut' })
})

test('a client that leaves mid-stream ends the stream', async () => {
  await restart({ chunkDelayMs: 5 })
  const { value } = await mint()
  const cancel = new AbortController()
  const response = await undiciFetch(`${upstream.url}/openai/v1/chat/completions`, {
    method: 'POST',
    dispatcher: agent,
    signal: cancel.signal,
    headers: { authorization: `Bearer ${value}` },
    body: JSON.stringify({ ...CHAT, stream: true, max_tokens: 10_000 }),
  })
  await response.body?.getReader().read()
  cancel.abort()
  await expect.poll(() => upstream.served.at(-1)?.outcome).toBe('aborted')
})

test('echo mode tells which key and headers arrived without telling the key', async () => {
  await restart({ echo: true })
  const { id, value } = await mint()
  const { headers } = await call('GET', '/openai/v1/models', value)
  const digest = upstream.keys.all().find((key) => key.id === id)?.digest
  expect(headers.get('x-echo-key')).toBe(digest?.slice(0, 12))
  const received = Buffer.from(headers.get('x-echo-headers') ?? '', 'base64url').toString()
  expect(JSON.parse(received)).toContainEqual(['authorization', 'Bearer [key]'])
  expect(received).not.toContain(value)
})

test('a restart from a snapshot knows every key again, and the snapshot holds none in clear', async () => {
  const kept = await mint('kept')
  const revoked = await mint('revoked')
  await call('DELETE', `${ACCOUNTS}/${revoked.id}`, OPENAI_ADMIN)
  const text = JSON.stringify(upstream.keys)
  expect(text).not.toContain('sk-')
  await restart({ adminKeys: {}, snapshot: JSON.parse(text) })
  expect((await call('GET', '/openai/v1/models', kept.value)).status).toBe(200)
  expect((await call('GET', '/openai/v1/models', revoked.value)).status).toBe(401)
  expect((await call('GET', ACCOUNTS, OPENAI_ADMIN)).body.data).toHaveLength(1)
})

test('administration is journalled as calls to the target, without input', async () => {
  const journal = createJournal()
  await restart({ journal })
  await mint()
  expect(journal.entries()).toMatchObject([
    { source: 'target', service: 'upstream/openai', operation: 'CreateKey', outcome: '200' },
  ])
})

test('bad requests are refused in JSON: unknown path, broken body, missing fields, oversized body', async () => {
  const { value } = await mint()
  const chat = '/openai/v1/chat/completions'
  expect(await call('GET', '/nobody/v1/models', value)).toMatchObject({
    status: 404,
    body: { error: { code: 'not_found' } },
  })
  expect((await call('POST', chat, value, 'text')).status).toBe(400)
  expect((await call('POST', chat, value, { messages: [1] })).body.error.message).toContain("'model'")
  expect((await call('POST', chat, value, { model: 'm', messages: [] })).body.error.message).toContain("'messages'")
  expect((await call('POST', chat, value, { ...CHAT, pad: 'x'.repeat(9_000_000) })).status).toBe(413)
  expect((await call('GET', `${ACCOUNTS}?limit=0`, OPENAI_ADMIN)).status).toBe(400)
  expect((await call('GET', `${ACCOUNTS}?after=nobody`, OPENAI_ADMIN)).status).toBe(400)
})

test('the certificate verifies for loopback names, and a client without its authority refuses it', async () => {
  const port = Number(new URL(upstream.url).port)
  const verify = (ca?: string, servername = 'localhost'): Promise<string> =>
    new Promise((resolve) => {
      const socket = connect({ host: '127.0.0.1', port, servername, ...(ca && { ca }) }, () => {
        resolve('trusted')
        socket.destroy()
      })
      socket.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? 'error'))
    })
  expect(await verify(upstream.caPem)).toBe('trusted')
  expect(await verify(upstream.caPem, 'example.com')).toBe('ERR_TLS_CERT_ALTNAME_INVALID')
  expect(await verify()).not.toBe('trusted')
})

test('a taken port is a clear error', async () => {
  const port = Number(new URL(upstream.url).port)
  await expect(startUpstream({ port, clock, faults })).rejects.toMatchObject({
    code: 'port-taken',
    message: expect.stringContaining(String(port)),
  })
})
