import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, expect, onTestFinished, test } from 'vitest'
import { systemClock } from '../../../../core/clock.ts'
import { bundleAll } from '../../../../infra/bundle/bundle.ts'
import { runStack } from '../../../../local/run/run-stack.ts'

const ports = { cloud: 0, proxy: 0, upstream: 0 }

beforeAll(async () => {
  await bundleAll()
})

test('a stack without a proxy comes up, and has none', async () => {
  const stack = await runStack({ ports, overrides: { 'keyturn:proxy': undefined } })
  onTestFinished(() => stack.close())
  expect(stack.proxyUrl).toBeUndefined()
  expect(stack.proxy).toBeUndefined()
  expect(stack.cloud.state.ecs.services).toEqual({})
  expect(stack.inventory).toContain('openai')
})

test("a mistake in the config keeps the config's own message and code", async () => {
  const overrides = { 'keyturn:sweepMinutes': 0, 'keyturn:logRetentionDays': 2 }
  await expect(runStack({ ports, overrides })).rejects.toMatchObject({
    code: 'config-invalid',
    message: expect.stringMatching(/^The stack config has 2 mistakes[\s\S]*logRetentionDays:[\s\S]*sweepMinutes:/),
  })
})

test('told to stop while it starts, it stops within seconds, and with a folder goes on from there', {
  timeout: 120_000,
}, async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'keyturn-data-'))
  onTestFinished(() => rm(dataDir, { recursive: true, force: true }))
  const moments = ['applying the Pulumi program', 'aws:kms/alias:Alias', 'aws:lambda/invocation:Invocation']
  for (const moment of moments) {
    const stop = new AbortController()
    let told: number | undefined
    const at = (what: string): void => {
      if (told !== undefined || what !== moment) return
      told = systemClock.monotonic()
      stop.abort('told to')
    }
    const onResource = ({ kind, type }: { kind: string; type: string }): void => {
      if (kind === 'created') at(type)
    }
    await expect(
      runStack({ ports, dataDir, signal: stop.signal, onStage: at, onResource }),
      moment,
    ).rejects.toBeDefined()
    expect(told, moment).toBeDefined()
    expect(systemClock.monotonic() - (told ?? 0), moment).toBeLessThan(15_000)
  }

  const stack = await runStack({ ports, dataDir })
  onTestFinished(() => stack.close())
  expect((await fetch(`${stack.proxyUrl}/ready`)).status).toBe(200)
})

test('a folder that holds another stack is refused, and left as it is', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'keyturn-data-'))
  onTestFinished(() => rm(dataDir, { recursive: true, force: true }))
  const overrides = { 'keyturn:proxy': undefined }
  await (await runStack({ ports, dataDir, overrides })).close()
  await expect(runStack({ ports, dataDir, stack: 'staging' })).rejects.toMatchObject({
    code: 'data-dir-stack',
    message: expect.stringContaining('holds the stack dev, and this is staging'),
  })
  await (await runStack({ ports, dataDir, overrides })).close()
})

test('a file in the place of the folder is named', async () => {
  const dataDir = join(import.meta.dirname, 'run-stack.test.ts')
  await expect(runStack({ ports, dataDir })).rejects.toMatchObject({
    code: 'data-dir-unusable',
    message: expect.stringContaining(dataDir),
  })
})
