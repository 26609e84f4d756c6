import { describe, expect, it } from 'vitest'
import { parseStackConfig } from '../../../../infra/config/parse.ts'
import { readSecrets, rotationInventory } from '../../../../infra/inventory/inventory.ts'
import { readParams, withFullNames } from '../../../../infra/inventory/strategy-params.ts'
import { naming } from '../../../../infra/naming.ts'
import { devSettings, devValues } from '../../../helpers/infra/dev-config.ts'

const dev = naming({
  project: 'keyturn',
  stack: 'dev',
  partition: 'aws',
  region: 'eu-central-1',
  accountId: '000000000000',
})

describe('inventory of a rotation function (part of A3)', () => {
  const secrets = readSecrets(parseStackConfig(devSettings(), devValues).secrets)

  it('holds the secrets of one family by full name, with full names in their parameters', () => {
    const { version, secrets: entries } = rotationInventory(secrets, 'provider', dev)
    expect(version).toBe(1)
    expect(Object.keys(entries)).toEqual(['keyturn/dev/openai', 'keyturn/dev/openrouter'])
    expect(entries['keyturn/dev/openai']).toMatchObject({
      strategy: 'provider-key',
      grace: '24h',
      params: { adminSecret: 'keyturn/dev/openai-admin', propagationSeconds: 45 },
    })
  })

  it('puts a secret after those that its strategy reads, wherever they stand in the list', () => {
    const settings = devSettings()
    settings.secrets.reverse()
    const order = readSecrets(parseStackConfig(settings, devValues).secrets).map(({ settings: { name } }) => name)
    expect(order.indexOf('openai-admin')).toBeLessThan(order.indexOf('openai'))
    expect(order.indexOf('openrouter-admin')).toBeLessThan(order.indexOf('openrouter'))
    expect(order).toHaveLength(7)
  })

  it('refuses a strategy that reads a secret which no parameter names', () => {
    const read = readParams('random', {})
    if (!read) throw new Error('random takes no parameters')
    expect(() => withFullNames({ ...read, references: ['hidden'] }, dev.secret)).toThrow(
      expect.objectContaining({ code: 'strategy-reference-hidden' }),
    )
  })
})
