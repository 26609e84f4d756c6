import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { HOUR } from '../../../core/clock.ts'
import { openAiParams } from '../../helpers/provider-params.ts'
import type { RotationRig } from '../../helpers/rotation-rig.ts'
import { type CliRig, startCliRig } from './cli-rig.ts'

let cli: CliRig
let rig: RotationRig
let keyturn: CliRig['keyturn']
let serial = 0

beforeAll(async () => {
  cli = await startCliRig('rollback')
  ;({ rig, keyturn } = cli)
})
afterAll(() => rig.close())
afterEach(() => rig.cloud.faults.clear())

const FULL = 'keyturn/test/rollback-\\d+'
const UTC = '20\\d\\d-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d UTC'

async function make() {
  const project = `proj_rollback_${++serial}`
  const made = await cli.make('provider-key', openAiParams(rig.upstream.url, project))
  const old = (await rig.keys(made.arn)).current ?? ''
  return { ...made, old, next: await rig.rotateToEnd(made.arn) }
}

describe('part of D and B13: rollback', () => {
  it('makes the previous version current again, and repeating it changes nothing', async () => {
    const { name, arn, old, next } = await make()
    const { status, stdout, stderr } = await keyturn(['rollback', name])
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    expect(stdout).toMatch(
      new RegExp(`${FULL}: version ${old} is current again; version ${next}, which it replaces, works until ${UTC}\n$`),
    )
    const labels = await rig.labels(arn)
    expect(labels[old]).toEqual(['AWSCURRENT'])

    const again = await keyturn(['rollback', name])
    expect(again.status).toBe(0)
    expect(again.stdout).toMatch(
      new RegExp(
        `version ${old} is current already; nothing was changed\\. To go forth again: keyturn rollback ${FULL} --version ${next}\n$`,
      ),
    )
    expect(await rig.labels(arn)).toEqual(labels)

    const forth = await keyturn(['rollback', name, '--version', next.slice(0, 8), '--json'])
    expect(JSON.parse(forth.stdout)).toMatchObject({ state: 'current', versionId: next, from: old })
    expect((await rig.keys(arn)).current).toBe(next)
  })

  it('exits 1 and takes the replaced key for alive where it was to die at once and could not be revoked', async () => {
    const params = openAiParams(rig.upstream.url, 'proj_rollback_unproven')
    const arn = await rig.create('rollback-unproven', { strategy: 'provider-key', grace: 'revoke-now', params })
    const old = (await rig.keys(arn)).current ?? ''
    const rotated = await keyturn(['rotate', 'rollback-unproven', '--grace', '24h', '--wait', '--json'])
    const { versionId } = JSON.parse(rotated.stdout).rotated[0]
    const { url } = params.revoke as { url: string }
    Object.assign(params, { revoke: { method: 'DELETE', url: url.replace('proj_rollback_unproven', 'proj_other') } })
    const { status, stdout, stderr } = await keyturn(['rollback', 'rollback-unproven'])
    expect(status).toBe(1)
    expect(stdout).not.toMatch(/retired|revoked/)
    expect(stderr).toMatch(
      new RegExp(
        `version ${old} is current, but the old key \\(version ${versionId}\\) was not retired: revocation-unproven\\. .*Take it for alive.*\\[old-key-not-retired\\]`,
      ),
    )
    expect((await rig.keys(arn)).expired).toMatchObject([{ versionId }])
  })

  it('completes when it is asked for again after its answer was lost', async () => {
    const { name, arn, old, next } = await make()
    // AWSCURRENT has moved; the function dies before it has put the rest into order.
    rig.cloud.faults.add({
      service: 'secretsmanager',
      operation: 'UpdateSecretVersionStage',
      role: 'rotation-under-test',
      skip: 1,
      effect: { kind: 'kill', when: 'after' },
    })
    const cut = await keyturn(['rollback', name])
    expect(cut.status).toBe(1)
    expect(cut.stderr).toMatch(/keyturn: .*\[function-failed\]/)
    expect((await rig.keys(arn)).current).toBe(old)
    rig.cloud.faults.clear()
    expect((await keyturn(['rollback', name])).status).toBe(0)
    expect(await rig.keys(arn)).toMatchObject({ current: old, grace: [{ versionId: next }] })
  })

  it('--dry-run says from which version to which, and changes nothing', async () => {
    const { name, arn, old, next } = await make()
    const labels = await rig.labels(arn)
    const { status, stdout } = await keyturn(['rollback', name, '--dry-run'])
    expect(status).toBe(0)
    expect(stdout).toMatch(
      new RegExp(`\n  ${old}  in grace until ${UTC} \\(.*\\)\nin place of\n  ${next}  current; it would go on`),
    )
    expect(stdout).toMatch(new RegExp(`To do it: keyturn rollback ${FULL} --version ${old}\n$`))
    expect(await rig.labels(arn)).toEqual(labels)
  })

  it('is refused with the reason and the next action once the grace is over, and once the old key is revoked', async () => {
    const { name, arn, old } = await make()
    await rig.clock.advance(25 * HOUR)
    for (const args of [
      ['rollback', name],
      ['rollback', name, '--dry-run'],
    ]) {
      const { status, stderr } = await keyturn(args)
      expect(status).toBe(1)
      expect(stderr).toMatch(new RegExp(`the grace of version ${old} ended at ${UTC}.*keyturn rotate ${FULL} --wait`))
    }
    await keyturn(['revoke', name])
    const labels = await rig.labels(arn)
    const gone = await keyturn(['rollback', name])
    expect(gone.status).toBe(1)
    expect(gone.stderr).toMatch(/no previous version of it is left.*\[rollback-refused\]/)
    const named = await keyturn(['rollback', name, '--version', old.slice(0, 8)])
    expect(named.stderr).toMatch(new RegExp(`version ${old} has been retired\\..*cannot be brought back`))
    expect(await rig.labels(arn)).toEqual(labels)
  })

  it('is refused when the provider does not take the old key any more', async () => {
    const { name, arn, old, next } = await make()
    rig.upstream.keys.revoke('openai', JSON.parse(await rig.value(arn, old)).keyId)
    const { status, stderr } = await keyturn(['rollback', name])
    expect(status).toBe(1)
    expect(stderr).toMatch(/was tried out and did not pass: .*HTTP 401.*\[previous-value-refused\]/)
    expect((await rig.keys(arn)).current).toBe(next)
  })

  it('is refused while a rotation is under way', async () => {
    const { name, arn } = await make()
    rig.cloud.faults.add({
      service: 'upstream',
      operation: 'Models',
      times: 50,
      effect: { kind: 'error', code: 'later', status: 503 },
    })
    await rig.rotate(arn)
    await rig.cloud.rotations.idle()
    rig.cloud.faults.clear()
    const { status, stderr } = await keyturn(['rollback', name])
    expect(status).toBe(1)
    expect(stderr).toMatch(/is being rotated .*Wait for it: keyturn status .*\[rotation-in-progress\]/)
    await rig.settle()
  })
})
