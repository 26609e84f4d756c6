import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findStackFile } from '../../../infra/config/stack-file.ts'
import { program } from '../../../infra/program.ts'
import { ApplyMonitor } from '../../../local/apply/monitor.ts'
import { runProgram } from '../../../local/apply/pulumi-runtime.ts'

const CANARY = 'canary-9c41'
let directory: string

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'keyturn-values-'))
})
afterAll(() => rm(directory, { recursive: true }))

const stored = (stack: string, config: string) =>
  writeFile(join(directory, `Pulumi.${stack}.yaml`), `config:\n${config}\n`)

describe('first values in the stack’s file (A2)', () => {
  it.each([
    ['sealed', '  keyturn:values:\n    one: { secure: v1:abc }\n    other: { secure: v1:def }'],
    ['whole', '  keyturn:values: { secure: v1:abc }'],
    ['none', '  keyturn:sweepMinutes: 5'],
    ['empty', '  keyturn:values: {}'],
  ])('may be encrypted, or not there: %s', async (stack, config) => {
    await stored(stack, config)
    expect((await findStackFile(directory, stack))?.problems.clear).toEqual([])
  })

  it('may stand in a file elsewhere', async () => {
    expect(await findStackFile(directory, 'elsewhere')).toBeUndefined()
  })

  it.each([
    ['beside', `  keyturn:values:\n    one: { secure: v1:abc }\n    other: ${CANARY}`, 'values.other'],
    ['short', `  values:\n    one: ${CANARY}`, 'values.one'],
    ['text', `  keyturn:values: ${CANARY}`, 'values'],
    ['number', '  keyturn:values:\n    one: 12345678', 'values.one'],
    ['deep', `  keyturn:values:\n    one: { secure: { secure: ${CANARY} }, more: 1 }`, 'values.one.more'],
    ['lookalike', `  keyturn:values:\n    one: { secure: v1:abc, clear: ${CANARY} }`, 'values.one.clear'],
  ])('are refused in clear, by name and without a quote: %s', async (stack, config, path) => {
    await stored(stack, config)
    const clear = (await findStackFile(directory, stack))?.problems.clear
    expect(clear).toContainEqual({ path, message: expect.stringMatching(/^must be encrypted/) })
    expect(JSON.stringify(clear)).not.toContain(CANARY)
  })

  it('stop the program, locally as on AWS, before it asks for anything', async () => {
    await stored('dev', `  keyturn:values:\n    one: { secure: v1:abc }\n    other: ${CANARY}`)
    const failure = Promise.withResolvers<never>()
    const asked: string[] = []
    const monitor = new ApplyMonitor({
      project: 'keyturn',
      stack: 'dev',
      register: async ({ type }) => {
        asked.push(type)
        return { id: '', outputs: {} }
      },
      invoke: async (token) => {
        asked.push(token)
        return {}
      },
      registerOutputs: () => {},
      fail: failure.reject,
    })
    const run = runProgram({
      project: 'keyturn',
      stack: 'dev',
      dryRun: false,
      config: {},
      secretKeys: [],
      monitor,
      program: async () => ({ ...(await program(directory)) }),
      failure: failure.promise,
    })
    const error = await run.catch((reason: unknown) => reason)
    expect(error).toMatchObject({ code: 'config-values-clear', kind: 'needs-human' })
    expect(String(error)).toContain('Pulumi.dev.yaml:4: values.other: must be encrypted')
    expect(String(error)).not.toContain(CANARY)
    expect(asked.filter((one) => one !== 'pulumi:pulumi:Stack')).toEqual([])
  })
})
