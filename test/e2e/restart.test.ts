import { mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ListAliasesCommand } from '@aws-sdk/client-kms'
import { DescribeSecretCommand } from '@aws-sdk/client-secrets-manager'
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { bundleAll } from '../../infra/bundle/bundle.ts'
import type { ProgressEvent } from '../../local/apply/progress.ts'
import { accepted, chat } from '../helpers/stack/chat.ts'
import { ROTATED } from '../helpers/stack/exercise.ts'
import { freePorts, isRunning, npmStart } from '../helpers/stack/npm-start.ts'
import { advance, fullName, keySet, rotate, until, value } from '../helpers/stack/operate.ts'
import { type StackUnderTest, startStack } from '../helpers/stack/stack-under-test.ts'

const ANY_PORTS = ['--port', '0', '--proxy-port', '0', '--upstream-port', '0']

beforeAll(async () => {
  await bundleAll()
})

describe('the local stack starts, stops and comes back (E)', () => {
  test('with --data a second start finds everything as it was, and the program changes nothing', {
    timeout: 120_000,
  }, async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'keyturn-data-'))
    onTestFinished(() => rm(dataDir, { recursive: true, force: true }))
    const [cloud = 0, proxy = 0, upstream = 0] = await freePorts(3)
    const ports = { cloud, proxy, upstream }

    const first = await startStack({ ports, dataDir })
    const graceKey = await value(first, 'mobile-app')
    for (const name of ['mobile-app', 'openai', 'openrouter', 'reporting-password']) await rotate(first, name)
    await advance(first, '3h')
    const before = await remembered(first)
    await first.close()

    const changes: ProgressEvent[] = []
    const second = await startStack({ ports, dataDir, onResource: (event) => changes.push(event) })
    onTestFinished(() => second.close())
    expect(await remembered(second)).toEqual(before)
    const done = changes.filter(({ kind }) => !kind.endsWith('ing'))
    expect(done.length).toBeGreaterThan(50)
    expect(done.filter(({ kind }) => kind !== 'unchanged')).toEqual([])
    expect(second.cloud.clock.offsetMs).toBeGreaterThan(2.9 * 3_600_000)

    for (const key of [graceKey, await value(second, 'mobile-app')]) await accepted(second, key)
    expect((await chat(second, graceKey, { provider: 'openrouter' })).status).toBe(200)
    await rotate(second, 'openai')
    expect((await keySet(second, 'openai')).grace).toHaveLength(2)
  })

  test('what --data keeps is for its owner alone', { timeout: 120_000 }, async () => {
    const dataDir = join(await mkdtemp(join(tmpdir(), 'keyturn-data-')), 'kept')
    const stack = await startStack({ dataDir })
    await stack.close()
    onTestFinished(() => rm(join(dataDir, '..'), { recursive: true, force: true }))
    const entries = await readdir(dataDir, { recursive: true, withFileTypes: true })
    const modes = await Promise.all(
      entries.map(async (entry) => {
        const { mode } = await stat(join(entry.parentPath, entry.name))
        return `${entry.name} ${(mode & 0o777).toString(8)}`
      }),
    )
    expect(((await stat(dataDir)).mode & 0o777).toString(8)).toBe('700')
    expect(modes.sort()).toEqual(['cloud 700', 'cloud.json 600', 'stack.json 600', 'upstream.json 600'])
  })

  test('ports that are taken are named, each with its flag, and nothing is started', async () => {
    const taken = createServer()
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => void taken.close())
    const { port } = taken.address() as AddressInfo
    const start = await npmStart(['--port', '0', '--proxy-port', String(port), '--upstream-port', '0'])
    onTestFinished(start.cleanUp)
    expect((await start.exited).code).toBe(2)
    expect(start.output()).toContain('[port-taken]')
    expect(start.output()).toContain(`--proxy-port: port ${port} of the proxy is taken`)
    expect(await start.leftBehind()).toEqual([])
  })

  test('Ctrl-C ends it with 0 and leaves no process and no file behind', async () => {
    const start = await npmStart(ANY_PORTS)
    onTestFinished(start.cleanUp)
    await start.says('Keyturn runs.')
    const children = start.children()
    expect(children.length).toBeGreaterThanOrEqual(2)
    expect((await start.leftBehind()).length).toBeGreaterThan(0)
    // A terminal sends it to the whole group.
    process.kill(-start.pid, 'SIGINT')
    expect(await start.exited).toEqual({ code: 0, signal: null })
    expect(start.output()).toContain('Nothing is left behind.')
    await allGone(children)
    expect(await start.leftBehind()).toEqual([])
  })

  test.each([
    ['SIGINT', 130, 'starting the local cloud'],
    ['SIGTERM', 143, 'created   aws:lambda/invocation:Invocation'],
  ] as const)(
    '%s while it starts ends it with %i, and leaves no process and no file behind',
    async (signal, code, moment) => {
      const start = await npmStart(ANY_PORTS)
      onTestFinished(start.cleanUp)
      await start.says(moment)
      const children = start.children()
      process.kill(-start.pid, signal)
      expect(await start.exited).toEqual({ code, signal: null })
      expect(start.output()).toContain('Nothing is left behind.')
      await allGone(children)
      expect(await start.leftBehind()).toEqual([])
    },
  )

  test('killed outright, it takes its children with it, and the next start removes its files', async () => {
    const start = await npmStart(ANY_PORTS)
    onTestFinished(start.cleanUp)
    await start.says('Keyturn runs.')
    const children = start.children()
    process.kill(start.pid, 'SIGKILL')
    await allGone(children)
    const left = await start.leftBehind()
    expect(left.length).toBeGreaterThan(0)

    const next = await npmStart(ANY_PORTS, start)
    onTestFinished(next.cleanUp)
    await next.says('applying the Pulumi program')
    expect((await next.leftBehind()).filter((name) => left.includes(name))).toEqual([])
    process.kill(next.pid, 'SIGTERM')
    await next.exited
    expect(await next.leftBehind()).toEqual([])
  })
})

/** A process may be a moment in ending, its parent gone; not more. */
const allGone = (pids: readonly number[]): Promise<readonly number[]> =>
  until(
    'its children are gone',
    () => pids.filter(isRunning),
    (left) => left.length === 0,
    5_000,
  )

/** All that must outlive a restart, as a client sees it. */
async function remembered(stack: StackUnderTest): Promise<unknown> {
  const secrets = await Promise.all(
    ROTATED.map(async (name) => {
      const { ARN, KmsKeyId, Tags, VersionIdsToStages, RotationRules, NextRotationDate } = await stack.secrets.send(
        new DescribeSecretCommand({ SecretId: fullName(name) }),
      )
      const versions = Object.keys(VersionIdsToStages ?? {}).sort()
      const values = await Promise.all(versions.map(async (id) => value(stack, name, id)))
      return { ARN, KmsKeyId, Tags, VersionIdsToStages, RotationRules, NextRotationDate, values }
    }),
  )
  const { Aliases = [] } = await stack.kms.send(new ListAliasesCommand({}))
  const upstream = stack.upstream.keys.all().map(({ id, digest, revokedAt }) => ({ id, digest, revokedAt }))
  return { secrets, keys: Aliases.map(({ AliasName, TargetKeyId }) => `${AliasName} ${TargetKeyId}`).sort(), upstream }
}
