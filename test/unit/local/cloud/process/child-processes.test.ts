import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { systemClock } from '../../../../../core/clock.ts'
import { createLogger } from '../../../../../core/log.ts'
import { createMovableClock, type MovableClock } from '../../../../../local/cloud/clock.ts'
import { type ChildProcesses, createChildProcesses } from '../../../../../local/cloud/process/child-processes.ts'
import type { NodeChild } from '../../../../../local/cloud/process/spawn-node.ts'

let folder: string
let clock: MovableClock
let children: ChildProcesses
const log = createLogger({ service: 'test', level: 'silent', clock: systemClock })

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'keyturn-process-'))
  clock = createMovableClock()
  children = createChildProcesses(clock, log)
})

afterEach(async () => {
  await children.close()
  clock.stop()
  rmSync(folder, { recursive: true })
})

/** Starts a script and gives the lines it prints one by one. */
function start(source: string, env: Record<string, string> = {}): { child: NodeChild; line: () => Promise<string> } {
  const entry = join(folder, `script-${children.running.size}.cjs`)
  writeFileSync(entry, source)
  const lines: string[] = []
  const waiting: ((line: string) => void)[] = []
  const onLine = (line: string): void => {
    const next = waiting.shift()
    if (next) next(line)
    else lines.push(line)
  }
  const child = children.spawn({ name: 'script', entry, env, cwd: folder, onStdout: onLine, onStderr: onLine })
  const line = (): Promise<string> => {
    const ready = lines.shift()
    return ready === undefined ? new Promise((resolve) => waiting.push(resolve)) : Promise.resolve(ready)
  }
  return { child, line }
}

const ASK = `process.on('message', (m) => { if (m.ask) console.log(String(eval(m.ask))) }); process.channel.ref()`

test('a child starts at the moved time and follows every later move before the move resolves', async () => {
  await clock.advance(25 * 3_600_000)
  const { child, line } = start(ASK)
  child.send({ ask: 'Date.now()' })
  expect(Math.abs(Number(await line()) - clock.now().getTime())).toBeLessThan(1_000)

  await clock.advance(7 * 86_400_000)
  child.send({ ask: 'new Date().getTime()' })
  expect(Math.abs(Number(await line()) - clock.now().getTime())).toBeLessThan(1_000)
})

test('a frozen clock stands still in the child, to the millisecond', async () => {
  await children.close()
  clock = createMovableClock({ start: new Date('2026-11-23T10:00:00.000Z'), frozen: true })
  children = createChildProcesses(clock, log)
  const { child, line } = start(ASK)
  child.send({ ask: 'new Date().toISOString()' })
  expect(await line()).toBe('2026-11-23T10:00:00.000Z')
  await clock.advance(1_500)
  child.send({ ask: 'new Date().toISOString()' })
  expect(await line()).toBe('2026-11-23T10:00:01.500Z')
})

test.each([
  ["new Date('2020-01-02T03:04:05Z').toISOString()", '2020-01-02T03:04:05.000Z'],
  ['Date.UTC(2020, 0, 1)', String(Date.UTC(2020, 0, 1))],
  ["Date.parse('2020-01-01T00:00:00Z')", String(Date.parse('2020-01-01T00:00:00Z'))],
  ['new Date() instanceof Date', 'true'],
  ["require('node:fs').statSync('.').mtime instanceof Date", 'true'],
  ['new (class Day extends Date { is() { return this instanceof Day && this instanceof Date } })().is()', 'true'],
  ['new Date().constructor === Date', 'true'],
  ['typeof Date()', 'string'],
  ['new Date(undefined).getTime()', 'NaN'],
  ['Date.length + Date.name', '7Date'],
])('the patched Date still answers %s', async (expression, answer) => {
  const { child, line } = start(ASK)
  child.send({ ask: expression })
  expect(await line()).toBe(answer)
})

test('a child inherits nothing of this process but what AWS would give it', async () => {
  const { line } = start('console.log(JSON.stringify(Object.keys(process.env).sort()))', { AWS_REGION: 'eu-central-1' })
  expect(JSON.parse(await line())).toEqual(['AWS_REGION', 'HOME', 'PATH', 'TZ'])
})

test('the preload does not keep a finished program alive', async () => {
  const { child } = start('')
  expect(await child.exited).toEqual({ code: 0, signal: null })
})

test('stop lets a child finish on SIGTERM and kills one that does not', async () => {
  const polite = start(`process.on('SIGTERM', () => process.exit(7)); setInterval(() => {}, 1e6); console.log('up')`)
  const stubborn = start(`process.on('SIGTERM', () => {}); setInterval(() => {}, 1e6); console.log('up')`)
  await Promise.all([polite.line(), stubborn.line()])
  expect(await polite.child.stop(10_000)).toEqual({ code: 7, signal: null })
  expect(await stubborn.child.stop(50)).toEqual({ code: null, signal: 'SIGKILL' })
})

test('close leaves no process behind', async () => {
  const { child, line } = start(`setInterval(() => {}, 1e6); console.log('up')`)
  await line()
  await children.close()
  expect(children.running.size).toBe(0)
  expect(() => process.kill(child.pid ?? 0, 0)).toThrow('ESRCH')
  expect(() => start('')).toThrow('closing')
})

test('a child dies with its parent, even one that was killed', async () => {
  const grandchild = join(folder, 'grandchild.cjs')
  writeFileSync(grandchild, `console.log(process.pid); setInterval(() => {}, 1e6)`)
  const spawnUrl = new URL('../../../../../local/cloud/process/spawn-node.ts', import.meta.url).href
  const { child, line } = start(`
    import(${JSON.stringify(spawnUrl)}).then(({ spawnNode }) => spawnNode(
      { name: 'g', entry: ${JSON.stringify(grandchild)}, env: {}, cwd: ${JSON.stringify(folder)}, onStdout: console.log, onStderr: console.error },
      { offsetMs: 0, frozenAt: undefined }))`)
  const pid = Number(await line())
  expect(pid).toBeGreaterThan(0)
  await child.kill()
  await expect.poll(() => alive(pid), { timeout: 5_000 }).toBe(false)
})

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
