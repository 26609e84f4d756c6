import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CreateLogGroupCommand, CreateLogStreamCommand, PutLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs'
import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { accepted, chat } from '../helpers/stack/chat.ts'
import { exercise, ROTATED } from '../helpers/stack/exercise.ts'
import { keyturn } from '../helpers/stack/keyturn-cli.ts'
import { advance, fullName, invoke, keyIn, keySet, obtain, rotate, value } from '../helpers/stack/operate.ts'
import { formsOf, type Needle, needlesOf, search } from '../helpers/stack/recognise.ts'
import { sinksOf } from '../helpers/stack/sinks.ts'
import { type StackUnderTest, startStack } from '../helpers/stack/stack-under-test.ts'

let stack: StackUnderTest
let dataDir: string
let needles: readonly Needle[]
let sinks: Map<string, string>
const localLog: string[] = []
/** What the stack said to us, by who said it. */
const said = new Map<string, string>()

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'keyturn-canary-'))
  const log = pino({ level: 'trace' }, { write: (line) => void localLog.push(line) })
  stack = await startStack({ dataDir, log, overrides: { 'keyturn:logLevel': 'debug' } })
  await exercise(stack)
  await askBadly()
  await runBadly()
  await command()
  await leaveOnePending()
  needles = await needlesOf(stack)
  // Once more, so that the proxy and the data folder have seen all there is.
  await accepted(stack, await value(stack, 'mobile-app'))
  sinks = new Map([...(await sinksOf(stack, dataDir)), ...said, ['log of the local cloud', localLog.join('')]])
}, 180_000)

afterAll(async () => {
  await stack?.close()
  await rm(dataDir, { recursive: true, force: true })
})

describe('no secret leaves the places it is meant for', () => {
  test('every version of every secret is looked for in every sink, and found in none (C2, part of C12)', () => {
    console.log(
      `${needles.length} forms of values × ${sinks.size} sinks (${Math.round([...sinks.values()].join('').length / 1024)} KB) = ${needles.length * sinks.size} searches`,
    )
    expect(search(needles, sinks)).toEqual([])
  })

  test('the search covers every secret in its current, pending and grace versions, and sinks that hold something', async () => {
    for (const name of ROTATED)
      expect(needles.filter((needle) => needle.name.startsWith(`${name} `)).length).toBeGreaterThan(3)
    const { pending, grace } = await keySet(stack, 'openrouter')
    for (const versionId of [pending, grace[0]?.versionId]) {
      expect(needles.some(({ name }) => name.startsWith(`openrouter ${versionId?.slice(0, 8)}`))).toBe(true)
    }
    expect([...sinks].filter(([, text]) => text.length < 2)).toEqual([])
    const expected = [
      'log /keyturn/keyturn-dev-proxy',
      'log /aws/lambda/keyturn-dev-sweep',
      'file stack.json',
      'Pulumi state',
      'keyturn status --json',
    ]
    expect([...sinks.keys()]).toEqual(expect.arrayContaining(expected))
    // The same texts do hold what is no secret: the search looks at real content.
    expect(sinks.get('log /keyturn/keyturn-dev-proxy')).toContain('mobile-app')
    expect(sinks.get('Pulumi state')).toContain(fullName('openai'))
    expect(sinks.get('file stack.json')).toContain('[secret]')
  })

  test('a value that is planted in a sink is found there and nowhere else', async () => {
    const planted = await value(stack, 'openai')
    const names = { logGroupName: '/keyturn/planted', logStreamName: 'control' }
    await stack.logs.send(new CreateLogGroupCommand(names))
    await stack.logs.send(new CreateLogStreamCommand(names))
    const timestamp = stack.cloud.clock.now().getTime()
    const message = `Authorization: Bearer ${keyIn(planted)}`
    await stack.logs.send(new PutLogEventsCommand({ ...names, logEvents: [{ timestamp, message }] }))
    await writeFile(join(dataDir, 'planted.txt'), Buffer.from(keyIn(planted)).toString('base64'))

    const leaks = search(formsOf('planted', planted), await sinksOf(stack, dataDir))
    // The cloud keeps its log groups in its state, which --data saves.
    const isState = (sink: string): boolean => sink.startsWith('the account') || sink.startsWith('file cloud/')
    const found = [...new Set(leaks.map(({ sink }) => sink))].filter((sink) => !isState(sink))
    expect(found.sort()).toEqual(['file planted.txt', 'log /keyturn/planted'])
  })
})

/** Requests that the proxy refuses or fails, with real keys in every place where a client might put one. */
async function askBadly(): Promise<void> {
  const good = await value(stack, 'mobile-app')
  const telegram = await value(stack, 'telegram-bot')
  const admin = await value(stack, 'openai-admin')
  const upstreamKey = keyIn(await value(stack, 'openai'))
  const ask = async (what: string, path: string, headers: Record<string, string> = {}): Promise<void> => {
    const response = await fetch(`${stack.proxyUrl}${path}`, { headers: { connection: 'close', ...headers } })
    said.set(`proxy: ${what}`, `${response.status} ${JSON.stringify([...response.headers])} ${await response.text()}`)
  }
  await ask('a wrong key', '/openai/v1/models', { authorization: `Bearer ${admin}` })
  await ask('another wrong key', '/openai/v1/models', { 'x-api-key': telegram })
  await ask('a wrong key in the query', `/openai/v1/models?key=${encodeURIComponent(telegram)}`)
  await ask('the upstream key', '/openai/v1/models', { authorization: `Bearer ${upstreamKey}` })
  await ask('two keys', '/openai/v1/models', { authorization: `Bearer ${good}`, 'x-api-key': admin })
  await ask('an unknown route', `/nowhere/${good}?key=${good}`, { authorization: `Bearer ${good}` })
  await ask('a path that is none', `/openai/%2e%2e/${good}`, { authorization: `Bearer ${good}` })
  await ask('a key in the query', `/openai/v1/models?key=${good}`)
  await ask('a key in a cookie', '/openai/v1/models', { cookie: `key=${good}` })
  await ask('ready', '/ready')
  stack.cloud.faults.add({ service: 'upstream', operation: 'Chat', times: 2, effect: { kind: 'drop', when: 'before' } })
  said.set('proxy: a dead upstream', (await chat(stack, good)).body)
  stack.cloud.faults.clear()
  // Revoked behind the product's back, so that the upstream refuses the key and its siblings.
  for (const { id } of stack.upstream.keys.live('openrouter')) stack.upstream.keys.revoke('openrouter', id)
  said.set('proxy: a revoked upstream key', (await chat(stack, good, { provider: 'openrouter' })).body)
}

/** Invocations and rotations that fail, with secrets in what they get. */
async function runBadly(): Promise<void> {
  const secret = await value(stack, 'openai-admin')
  const SecretId = stack.cloud.state.secretsManager.secrets[fullName('openai')]?.arn ?? ''
  const { current } = await keySet(stack, 'openai')
  const events = {
    'no event': { secret },
    'a wrong step': { Step: secret, SecretId },
    'a field too many': { Step: 'retireSecret', SecretId, VersionId: current, SecretString: secret },
  }
  for (const [what, event] of Object.entries(events)) {
    const { failed, payload } = await invoke(stack, 'rotate-provider', event)
    expect(failed).toBe(true)
    said.set(`function: ${what}`, JSON.stringify(payload))
  }
  // Not in the shape that the inventory asks for: the function must refuse it without saying it.
  const { status, stdout, stderr } = await keyturn(
    stack.cloudUrl,
    ['rotate', 'telegram-bot', '--value-from', '-', '--wait'],
    `wrong-${secret}`,
  )
  expect(status).toBe(1)
  said.set('keyturn rotate, refused', stdout + stderr)
  for (const operation of ['CreateKey', 'ListKeys', 'Models']) {
    const effect = { kind: 'error', code: 'refused', status: 400, message: `Injected: ${secret}` } as const
    stack.cloud.faults.add({ service: 'upstream', operation, effect })
    await rotate(stack, 'openai')
    await advance(stack, '10m')
    stack.cloud.faults.clear()
  }
}

/** Every verb that must not print a secret, with and without --json. */
async function command(): Promise<void> {
  for (const args of [
    ['status'],
    ['status', ...ROTATED],
    ['rotate', 'mobile-app', '--wait'],
    ['rotate', 'reporting-password'],
    ['rotate', 'nothing'],
    ['rotate', 'openai-admin', '--value-from', '-', '--wait'],
  ]) {
    for (const more of [[], ['--json']]) {
      const input = args.includes('-') ? await obtain(stack, 'openai-admin') : ''
      const { stdout, stderr } = await keyturn(stack.cloudUrl, [...args, ...more], input)
      said.set(['keyturn', ...args, ...more].join(' '), stdout + stderr)
    }
  }
  await stack.cloud.rotations.idle()
}

/** A rotation that has its value and is held up before it is current. */
async function leaveOnePending(): Promise<void> {
  const { status } = await keyturn(stack.cloudUrl, ['rotate', 'openrouter', '--wait'])
  expect(status).toBe(0)
  const effect = { kind: 'error', code: 'InvalidParameterException' } as const
  stack.cloud.faults.add({ service: 'secretsmanager', operation: 'UpdateSecretVersionStage', times: 1_000, effect })
  await rotate(stack, 'openrouter')
}
