import { TagResourceCommand, UpdateSecretVersionStageCommand } from '@aws-sdk/client-secrets-manager'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { SECOND } from '../../../core/clock.ts'
import { TAG } from '../../../core/tags.ts'
import { openAiParams } from '../../helpers/provider-params.ts'
import type { RotationRig } from '../../helpers/rotation-rig.ts'
import { type CliRig, startCliRig } from './cli-rig.ts'

let cli: CliRig
let rig: RotationRig
let keyturn: CliRig['keyturn']
let serial = 0

beforeAll(async () => {
  cli = await startCliRig('revoke')
  ;({ rig, keyturn } = cli)
})
afterAll(() => rig.close())
afterEach(() => rig.cloud.faults.clear())

const FULL = 'keyturn/test/revoke-\\d+'
const UTC = '20\\d\\d-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d UTC'

/** Twice rotated: a current version and two in grace. */
async function make(strategy = 'provider-key') {
  const project = `proj_revoke_${++serial}`
  const made = await cli.make(strategy, strategy === 'provider-key' ? openAiParams(rig.upstream.url, project) : {})
  const first = (await rig.keys(made.arn)).current ?? ''
  const second = await rig.rotateToEnd(made.arn)
  const third = await rig.rotateToEnd(made.arn)
  return { ...made, first, second, third, alive: () => rig.upstream.keys.live('openai', project).length }
}

describe('part of D: revoke', () => {
  it('ends every old version at the provider, and says so once they are seen gone', async () => {
    const { name, arn, third, alive } = await make()
    const { status, stdout, stderr } = await keyturn(['revoke', name])
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    expect(stdout).toMatch(
      new RegExp(`^${FULL}: revoking the versions .*\n${FULL}: each of the versions .* is revoked at its provider\n$`),
    )
    expect(alive()).toBe(1)
    expect(await rig.labels(arn)).toEqual({ [third]: ['AWSCURRENT'] })

    const again = await keyturn(['revoke', name])
    expect(again).toEqual({
      status: 0,
      stdout: `keyturn/test/${name} has no old version: there is nothing to revoke.\n`,
      stderr: '',
    })
  })

  it('ends one version, named as status prints it, and sees it gone when asked again', async () => {
    const { name, arn, first, second, third, alive } = await make()
    for (const version of [first.slice(0, 8), first]) {
      const { status, stdout } = await keyturn(['revoke', name, '--version', version])
      expect(status).toBe(0)
      expect(stdout).toMatch(new RegExp(`version ${first} is revoked at its provider\n$`))
      expect(alive()).toBe(2)
    }
    expect(Object.keys(await rig.labels(arn)).sort()).toEqual([second, third].sort())
  })

  it('of a client key, names the second by which every proxy refuses it', async () => {
    const { name, arn, first } = await make('client-key')
    await rig.secrets.send(
      new TagResourceCommand({ SecretId: arn, Tags: [{ Key: TAG.proxyReads, Value: '30/86400' }] }),
    )
    const { stdout } = await keyturn(['revoke', name, '--version', first])
    const [, by = ''] = /refused by every proxy within 34 s, by (.*?) UTC;/.exec(stdout) ?? []
    const at = new Date(`${by.replace(' ', 'T')}Z`).getTime() - rig.clock.now().getTime()
    expect(at).toBeGreaterThan(32 * SECOND)
    expect(at).toBeLessThanOrEqual(34 * SECOND)
    expect(stdout).toMatch(new RegExp(`may accept it until ${UTC}\n$`))
  })

  it('of a password, claims no revocation', async () => {
    const { name } = await make('random')
    const { stdout } = await keyturn(['revoke', name])
    expect(stdout).toMatch(/is retired here; what still holds it must be given the new one\n$/)
    expect(stdout).not.toContain('revoked')
  })

  it('--dry-run names what it would end, and changes nothing', async () => {
    const { name, arn, first, second, alive } = await make()
    const labels = await rig.labels(arn)
    const { status, stdout } = await keyturn(['revoke', name, '--dry-run'])
    expect(status).toBe(0)
    expect(stdout).toMatch(new RegExp(`^This would end 2 old versions of ${FULL}:\n`))
    for (const version of [first, second]) {
      expect(stdout).toMatch(new RegExp(`  ${version}  in grace until ${UTC} \\(.* left\\)\n`))
    }
    expect(stdout).toMatch(new RegExp(`Then each is revoked at its provider\\. To do it: keyturn revoke ${FULL}\n$`))
    expect(await rig.labels(arn)).toEqual(labels)
    expect(alive()).toBe(3)
    const json = await keyturn(['revoke', name, '--dry-run', '--json'])
    expect(JSON.parse(json.stdout)).toMatchObject({ revoked: [], wouldRevoke: expect.arrayContaining([first, second]) })
  })

  it('--json tells what was revoked, and an error with its next action', async () => {
    const { name, first, third } = await make()
    const done = await keyturn(['revoke', name, '--version', first, '--json'])
    expect(JSON.parse(done.stdout)).toEqual({
      name: `keyturn/test/${name}`,
      revoked: [first],
      fate: 'is revoked at its provider',
    })
    const { status, stdout, stderr } = await keyturn(['revoke', name, '--version', third, '--json'])
    expect({ status, stderr }).toEqual({ status: 1, stderr: '' })
    expect(JSON.parse(stdout).error).toMatchObject({
      code: 'retire-live-version',
      nextAction: expect.stringMatching(new RegExp(`keyturn rotate ${name}`)),
    })
  })

  it('exits 1 when a revocation cannot be proven, and claims none', async () => {
    const { name, first, alive } = await make()
    rig.cloud.faults.add({
      service: 'upstream',
      operation: 'DeleteKey',
      times: 100,
      effect: { kind: 'error', code: 'later', status: 503 },
    })
    const { status, stdout, stderr } = await keyturn(['revoke', name, '--version', first])
    expect(status).toBe(1)
    expect(stdout).not.toContain('revoked at')
    expect(stderr).toMatch(new RegExp(`Take them for alive.*\n  version ${first}: .* \\[old-key-not-retired\\]\n$`))
    expect(alive()).toBe(3)
  })

  it.each([
    ['', 'version-unknown', /keyturn status .* lists those that live/],
    ['nonsense', 'version-unknown', /has no version "nonsense"/],
  ])('refuses the version %j', async (version, code, message) => {
    const { name } = await make()
    const { status, stderr } = await keyturn(['revoke', name, '--version', version])
    expect(status).toBe(2)
    expect(stderr).toMatch(message)
    expect(stderr).toContain(`[${code}]`)
  })

  it('refuses a beginning that two versions share', async () => {
    const { name, arn, first } = await make()
    const twin = `${first.slice(0, 9)}${'0'.repeat(4)}${first.slice(13)}`
    await rig.rotateToEnd(arn, twin)
    const { status, stderr } = await keyturn(['revoke', name, '--version', first.slice(0, 8)])
    expect(status).toBe(2)
    expect(stderr).toContain(first)
    expect(stderr).toContain(twin)
    expect(stderr).toMatch(/Give more of it\. \[version-ambiguous\]/)
  })

  it('refuses the current version with the command that ends it', async () => {
    const { name, third } = await make()
    const { status, stderr } = await keyturn(['revoke', name, '--version', third.slice(0, 8), '--dry-run'])
    expect(status).toBe(1)
    expect(stderr).toMatch(new RegExp(`keyturn rotate ${FULL} --grace revoke-now --wait \\[retire-live-version\\]`))
  })

  it('finds a key whose version lost its labels by hand', async () => {
    const { name, arn, first, alive } = await make()
    for (const VersionStage of (await rig.labels(arn))[first] ?? []) {
      await rig.secrets.send(
        new UpdateSecretVersionStageCommand({ SecretId: arn, VersionStage, RemoveFromVersionId: first }),
      )
    }
    const { status } = await keyturn(['revoke', name, '--version', first.slice(0, 8)])
    expect(status).toBe(0)
    expect(alive()).toBe(2)
  })
})
