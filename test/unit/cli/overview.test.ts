import { describe, expect, it } from 'vitest'
import type { SecretStatus } from '../../../cli/aws/secrets.ts'
import { overview } from '../../../cli/output/overview.ts'
import { PLAIN } from '../../../cli/output/terminal.ts'
import { HOUR } from '../../../core/clock.ts'
import { graceLabel } from '../../../core/grace.ts'
import { readKeySet } from '../../../core/versions.ts'

const NOW = new Date('2026-11-24T10:00:00Z')

function secret(name: string, more: Partial<SecretStatus> = {}): SecretStatus {
  const versions = {
    'c405b321-0000-4000-8000-000000000000': ['AWSCURRENT'],
    'a1fd940d-0000-4000-8000-000000000000': ['AWSPREVIOUS', graceLabel(new Date(NOW.getTime() + 23.5 * HOUR))],
  }
  return {
    name,
    arn: `arn:${name}`,
    stack: 'keyturn/dev',
    strategy: 'provider-key',
    supply: 'never',
    presentedBy: undefined,
    revokedBy: 'keyturn',
    owner: undefined,
    grace: '24h',
    rotationEnabled: true,
    keys: readKeySet(versions, NOW),
    versions,
    lastRotated: NOW,
    nextRotation: new Date('2026-11-30T05:59:59Z'),
    lastError: undefined,
    proxyReads: undefined,
    rolledBack: undefined,
    ended: undefined,
    rotationFunction: 'arn:function',
    deleted: undefined,
    ...more,
  }
}

const failed = { at: NOW, step: 'createSecret', code: 'provider-answer-unreadable', why: undefined }
const INVENTORY = [
  secret('keyturn/dev/openrouter-admin'),
  secret('keyturn/dev/reporting-password', { lastError: failed }),
  secret('keyturn/dev/late', { nextRotation: new Date('2026-11-23T05:59:59Z') }),
]
const at = (columns: number | undefined, secrets = INVENTORY) => overview(secrets, NOW, { ...PLAIN, columns })

describe('the status table', () => {
  it('tells a pipe everything', () => {
    expect(at(undefined).split('\n')[2]).toBe(
      'keyturn/dev/reporting-password  provider-key  c405b321  -        1 alive, last ends in 23 h 30 m  2026-11-30 05:59:59 UTC                ' +
        'provider-answer-unreadable (createSecret)',
    )
  })

  it.each([60, 80, 100, 120, 160])('fits %i columns, with every name and the whole error code', (columns) => {
    const shown = at(columns)
    for (const line of shown.split('\n')) expect(line.length).toBeLessThanOrEqual(columns)
    for (const name of ['openrouter-admin', 'reporting-password', 'late']) expect(shown).toContain(name)
    expect(shown).toMatch(/23 h.* {2,}.*provider-answer-unreadable/)
    expect(shown).not.toContain('…')
  })

  it('names the stack once where names are shortened', () => {
    expect(at(80)).toMatch(
      /^IN keyturn\/dev +IN GRACE +NEXT, UTC +LAST ERROR\nopenrouter-admin +1, 23 h left +2026-11-30 +-\n/,
    )
    expect(at(90)).toMatch(/\nlate +1, 23 h left +overdue 2026-11-23 05:59 /)
    expect(at(80)).toMatch(/\nlate +1, 23 h left +overdue 2026-11-23 +-$/m)
  })

  it('keeps full names where the secrets are of several stacks', () => {
    expect(at(80, [...INVENTORY, secret('keyturn/prod/x', { stack: 'keyturn/prod' })])).toContain('keyturn/dev/late')
  })
})
