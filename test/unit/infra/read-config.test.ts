import { describe, expect, it } from 'vitest'
import { readStackConfig } from '../../../infra/config/read-config.ts'
import { ApplyMonitor } from '../../../local/apply/monitor.ts'
import { runProgram } from '../../../local/apply/pulumi-runtime.ts'
import { devSettings, devValues } from '../../helpers/infra/dev-config.ts'

const asText = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value))

/** Reads the config as a program that Pulumi runs would. */
async function read(config: Record<string, unknown>, secretKeys: readonly string[]) {
  const failure = Promise.withResolvers<never>()
  const monitor = new ApplyMonitor({
    project: 'keyturn',
    stack: 'dev',
    register: async () => ({ id: '', outputs: {} }),
    invoke: async () => ({}),
    registerOutputs: () => {},
    fail: failure.reject,
  })
  const found = Promise.withResolvers<ReturnType<typeof readStackConfig>>()
  const program = async () => {
    found.resolve(readStackConfig())
    return {}
  }
  const texts = Object.fromEntries(Object.entries(config).map(([key, value]) => [key, asText(value)]))
  await runProgram({
    project: 'keyturn',
    stack: 'dev',
    dryRun: false,
    config: texts,
    secretKeys,
    monitor,
    program,
    failure: failure.promise,
  })
  return found.promise
}

const settings = Object.fromEntries(Object.entries(devSettings()).map(([key, value]) => [`keyturn:${key}`, value]))

describe('reading the config that Pulumi hands over (A2)', () => {
  it('reads what the stack’s file holds, and leaves other namespaces alone', async () => {
    const config = await read({ ...settings, 'aws:region': 'eu-central-1', 'keyturn:values': devValues }, [
      'keyturn:values',
    ])
    expect(config.secrets).toHaveLength(7)
    expect(config.sweepMinutes).toBe(5)
    expect(config.values.get('telegram-bot')?.reveal()).toBe(devValues['telegram-bot'])
  })

  it('refuses first values that stand in clear, without quoting them', async () => {
    const refused = read({ ...settings, 'keyturn:values': devValues }, [])
    await expect(refused).rejects.toThrow(expect.objectContaining({ code: 'config-values-clear' }))
    await expect(refused).rejects.not.toThrow(devValues['openai-admin'])
  })

  it('refuses values that are no object', async () => {
    await expect(read({ ...settings, 'keyturn:values': 'one' }, ['keyturn:values'])).rejects.toThrow(
      expect.objectContaining({ code: 'config-invalid' }),
    )
  })

  it('reports an unknown key of its own namespace', async () => {
    await expect(
      read({ ...settings, 'keyturn:secretz': [], 'keyturn:values': devValues }, ['keyturn:values']),
    ).rejects.toThrow(/secretz: is not a setting/)
  })
})
