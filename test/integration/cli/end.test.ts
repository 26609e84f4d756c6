import { DeleteSecretCommand, PutSecretValueCommand } from '@aws-sdk/client-secrets-manager'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openAiParams } from '../../helpers/provider-params.ts'
import type { RotationRig } from '../../helpers/rotation-rig.ts'
import { type CliRig, startCliRig } from './cli-rig.ts'

let cli: CliRig
let rig: RotationRig
let keyturn: CliRig['keyturn']
let projects = 0

beforeAll(async () => {
  cli = await startCliRig('end')
  ;({ rig, keyturn } = cli)
})
afterAll(() => rig.close())

async function make() {
  const project = `proj_end_${++projects}`
  const made = await cli.make('provider-key', openAiParams(rig.upstream.url, project))
  await rig.rotateToEnd(made.arn)
  return { ...made, alive: () => rig.upstream.keys.live('openai', project).length }
}

describe('B20, part of D: end', () => {
  it('without --yes names what it would revoke, and revokes nothing', async () => {
    const { name, arn, alive } = await make()
    const { status, stdout } = await keyturn(['end', name])
    expect(status).toBe(0)
    expect(stdout).toMatch(/^This would end keyturn\/test\/end-\d+, with its 2 living versions:\n/)
    for (const versionId of Object.keys(await rig.labels(arn))) expect(stdout).toContain(`  ${versionId}\n`)
    expect(stdout).toMatch(
      /Then all its keys are revoked at the provider, and whoever still uses one is cut off\. To do it: keyturn end keyturn\/test\/end-\d+ --yes\n$/,
    )
    expect(alive()).toBe(2)
  })

  it('with --yes revokes every key, says so, and the secret is rotated no more', async () => {
    const { name, alive } = await make()
    const { status, stdout } = await keyturn(['end', name, '--yes'])
    expect({ status, stdout }).toEqual({
      status: 0,
      stdout: `keyturn/test/${name} is ended: all its keys are revoked at the provider, and whoever still uses one is cut off. It is rotated no more, and may be deleted.\n`,
    })
    expect(alive()).toBe(0)
    expect((await keyturn(['status', name])).stdout).toMatch(
      /ended {10}20.* UTC: not rotated any more, and may be deleted/,
    )
    const again = await keyturn(['rotate', name, '--wait'])
    expect(again.status).toBe(1)
    expect(again.stderr).toMatch(/was ended at .*untag-resource/)
    expect(alive()).toBe(0)
  })

  it('promises to cut nobody off whose secret has no target that Keyturn reaches', async () => {
    await rig.create('end-password', { strategy: 'random', params: {} })
    const { stdout } = await keyturn(['end', 'end-password'])
    expect(stdout).toMatch(/Then its old values are retired here; what still holds one goes on holding it\. To do it/)
    expect(stdout).not.toMatch(/revoked|cut off/)
  })

  it('exits 1 and names the version that may still be alive', async () => {
    const { name, arn, alive } = await make()
    const text = 'not a key of this strategy'
    await rig.secrets.send(new PutSecretValueCommand({ SecretId: arn, SecretString: text }))
    const bad = Object.entries(await rig.labels(arn)).find(([, labels]) => labels.includes('AWSCURRENT'))?.[0]
    const { status, stdout, stderr } = await keyturn(['end', name, '--yes'])
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' })
    expect(stderr).toContain(`version ${bad}`)
    expect(stderr).not.toContain(text)
    expect(alive()).toBe(0)
  })

  it('says how to end a secret that is being deleted already', async () => {
    const { name, arn } = await make()
    await rig.secrets.send(new DeleteSecretCommand({ SecretId: arn }))
    const { status, stderr } = await keyturn(['end', `keyturn/test/${name}`, '--yes'])
    expect(status).toBe(1)
    expect(stderr).toMatch(/Restore it \(aws secretsmanager restore-secret .*\), then end it, then delete it again/)
  })
})
