import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { KeyturnError } from '../../../core/errors.ts'
import { printError } from '../../../core/print-error.ts'
import { checkStackFile } from '../../../infra/config/parse.ts'
import { readStackConfig } from '../../../infra/config/read-config.ts'
import { findStackFile, loadStackFile } from '../../../infra/config/stack-file.ts'
import { ApplyMonitor } from '../../../local/apply/monitor.ts'
import { runProgram } from '../../../local/apply/pulumi-runtime.ts'

const TEN = fileURLToPath(new URL('../../fixtures/ten-mistakes/Pulumi.dev.yaml', import.meta.url))

let directory: string
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'keyturn-program-'))
})
afterEach(() => rm(directory, { recursive: true }))

/** As Pulumi hands a stack's config over: objects as JSON whose keys are sorted, texts as they are. */
async function handedOver(file: string): Promise<Record<string, string>> {
  const { config } = parse(await readFile(file, 'utf8'))
  const sorted = (_key: string, value: unknown): unknown =>
    value !== null && typeof value === 'object' && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1)))
      : value
  const texts = Object.entries(config as Record<string, unknown>).map(([key, value]) => [
    key,
    typeof value === 'string' ? value : JSON.stringify(value, sorted),
  ])
  return Object.fromEntries(texts.sort(([one = ''], [other = '']) => (one < other ? -1 : 1)))
}

/** What a program that Pulumi runs with that config says, when the stack's file is in `directory` or elsewhere. */
async function saidByProgram(config: Record<string, string>): Promise<string> {
  const failure = Promise.withResolvers<never>()
  const monitor = new ApplyMonitor({
    project: 'keyturn',
    stack: 'dev',
    register: async () => ({ id: '', outputs: {} }),
    invoke: async () => ({}),
    registerOutputs: () => {},
    fail: failure.reject,
  })
  const run = runProgram({
    project: 'keyturn',
    stack: 'dev',
    dryRun: false,
    config,
    secretKeys: [],
    monitor,
    program: async () => {
      readStackConfig(await findStackFile(directory, 'dev'))
      return {}
    },
    failure: failure.promise,
  })
  return said(await run.catch((error: unknown) => error))
}

async function saidByPlan(file: string): Promise<string> {
  try {
    checkStackFile(await loadStackFile(file, 'Pulumi.dev.yaml'))
  } catch (error) {
    return said(error)
  }
  return 'sound'
}

function said(error: unknown): string {
  if (error instanceof KeyturnError) return printError(error)
  throw error
}

const withoutValues = (text: string): string =>
  text.replace(/\n\nPulumi\.dev\.yaml(:\d+)? {2}values\.[\s\S]*?(?=\n\n|$)/g, '')

describe('mistakes in the stack’s config, as pulumi up tells them', () => {
  it('are told in the words, the order and with the lines of keyturn plan', async () => {
    await cp(TEN, join(directory, 'Pulumi.dev.yaml'))
    const program = withoutValues(await saidByProgram(await handedOver(TEN)))
    // The first value of the supplied secret is missing too, which a plan says beside its mistakes' absence.
    expect(program.replace('has 11 mistakes', 'has 10 mistakes')).toBe(await saidByPlan(TEN))
  })

  it('have no line where the file is elsewhere', async () => {
    const program = await saidByProgram(await handedOver(TEN))
    expect(program).toMatch(/^The stack config has 11 mistakes; nothing was changed:/)
    expect(program).toContain('  secrets.openai-admin.ownr: is not a setting. Did you mean "owner"?')
    expect(program).not.toContain('yaml')
  })

  it('have no place where the file says something else than what was handed over', async () => {
    await cp(TEN, join(directory, 'Pulumi.dev.yaml'))
    const program = await saidByProgram({ ...(await handedOver(TEN)), 'keyturn:sweepMinutes': '77' })
    expect(program).toContain('\n\nsweepMinutes\n')
    expect(program).toContain('Pulumi.dev.yaml:12  secrets.openai-admin.ownr\n')
  })

  it('are told of a file that Pulumi could not have read either', async () => {
    await writeFile(join(directory, 'Pulumi.dev.yaml'), 'config:\n\tkeyturn:secrets: []\n')
    expect(await saidByProgram(await handedOver(TEN))).toContain('Pulumi.dev.yaml:2:1\n  is indented with a tab')
  })
})
