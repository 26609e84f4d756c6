import { LambdaClient } from '@aws-sdk/client-lambda'
import {
  CreateSecretCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
  UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager'
import { pino } from 'pino'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { HOUR } from '../../../core/clock.ts'
import { systemRandom } from '../../../core/random.ts'
import { TAG } from '../../../core/tags.ts'
import { type KeySet, readKeySet } from '../../../core/versions.ts'
import { type SweepReport, sweep } from '../../../lambdas/sweep/sweep.ts'
import { openAiParams } from '../../helpers/provider-params.ts'
import { type RotationRig, startRotationRig } from '../../helpers/rotation-rig.ts'

let rig: RotationRig
let secrets: SecretsManagerClient
let lambda: LambdaClient
let serial = 0

beforeAll(async () => {
  rig = await startRotationRig()
  const options = {
    // This process does not know of the moved clock, as the sweeper's own does.
    disableClockSkewCorrection: async () => true,
    endpoint: rig.cloud.url,
    region: rig.cloud.region,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  }
  secrets = new SecretsManagerClient(options)
  lambda = new LambdaClient({ ...options, maxAttempts: 1 })
})
afterAll(async () => {
  secrets.destroy()
  lambda.destroy()
  await rig.close()
})
afterEach(() => rig.cloud.faults.clear())

interface Line {
  readonly level: number
  readonly msg: string
  readonly secret?: string
  readonly version?: string
  readonly labels?: readonly string[]
}

/** One sweep as the scheduler starts it, with what it logged. */
async function run(stack = 'keyturn/test') {
  const lines: Line[] = []
  const log = pino({ level: 'info' }, { write: (line) => lines.push(JSON.parse(line)) })
  const outcome: { report?: SweepReport; error?: Error } = await sweep({
    secrets,
    lambda,
    stack,
    clock: rig.clock,
    log,
  }).then(
    (report) => ({ report }),
    (error: Error) => ({ error }),
  )
  return { ...outcome, lines }
}

/** A secret with a current version and one in grace for `grace`. */
async function rotated(grace: string): Promise<{ arn: string; name: string; keyId: string }> {
  const name = `sweep-${++serial}`
  const params = openAiParams(rig.upstream.url, `proj_${name}`)
  const arn = await rig.create(name, { strategy: 'provider-key', params, grace })
  const { current = '' } = await keys(arn)
  await rig.rotateToEnd(arn)
  return { arn, name: `keyturn/test/${name}`, keyId: JSON.parse(await rig.value(arn, current)).keyId }
}

const keys = async (arn: string): Promise<KeySet> => readKeySet(await rig.labels(arn), rig.clock.now())
const alive = (keyId: string): boolean => rig.upstream.keys.live('openai').some(({ id }) => id === keyId)

/** A secret that no function rotates, with one version beside the current one under `label`. */
async function bare(name: string, stack: string, label?: string): Promise<{ arn: string; old: string }> {
  const old = systemRandom.uuid()
  const { ARN: arn = '' } = await secrets.send(
    new CreateSecretCommand({ Name: name, SecretString: 'now', Tags: [{ Key: TAG.stack, Value: stack }] }),
  )
  if (label !== undefined) {
    const input = { SecretId: arn, ClientRequestToken: old, SecretString: 'old', VersionStages: [label] }
    await secrets.send(new PutSecretValueCommand(input))
  }
  return { arn, old }
}

describe('A5 B4 a sweep', () => {
  it('retires what is expired in every secret, leaves what is active, and finds nothing more to do after it', async () => {
    const due = [await rotated('1h'), await rotated('2h')]
    const active = await rotated('7d')
    await rig.clock.advance(2 * HOUR)

    const { report, lines } = await run()
    expect(report).toMatchObject({ retired: 2, malformed: 0 })
    for (const { arn, keyId } of due) {
      expect(alive(keyId)).toBe(false)
      expect(Object.values(await rig.labels(arn))).toEqual([['AWSCURRENT']])
    }
    expect(alive(active.keyId)).toBe(true)
    expect((await keys(active.arn)).grace).toHaveLength(1)
    expect(lines.at(-1)).toMatchObject({ msg: 'swept', retired: 2, failed: 0 })

    expect((await run()).report).toMatchObject({ retired: 0 })
    expect(alive(active.keyId)).toBe(true)
  })

  it('retires several versions of one secret, however many are over', async () => {
    const { arn } = await rotated('1h')
    for (let count = 0; count < 2; count++) await rig.rotateToEnd(arn)
    await rig.clock.advance(2 * HOUR)
    expect((await run()).report).toMatchObject({ retired: 3 })
    expect(await keys(arn)).toMatchObject({ grace: [], expired: [] })
  })

  it('names an unreadable grace label, and leaves its version alone', async () => {
    const { arn, name, keyId } = await rotated('1h')
    const old = (await keys(arn)).grace[0]?.versionId ?? ''
    const stage = { SecretId: arn, MoveToVersionId: old, VersionStage: 'GRACE-UNTIL-NOON' }
    await secrets.send(new UpdateSecretVersionStageCommand(stage))
    await rig.clock.advance(2 * HOUR)
    const before = await rig.labels(arn)

    const { report, lines } = await run()
    expect(report).toMatchObject({ retired: 0, malformed: 1 })
    expect(lines).toContainEqual(
      expect.objectContaining({
        level: 40,
        secret: name,
        version: old,
        labels: expect.arrayContaining(['GRACE-UNTIL-NOON']),
        msg: expect.stringContaining('unreadable grace label: correct it by hand'),
      }),
    )
    expect(await rig.labels(arn)).toEqual(before)
    expect(alive(keyId)).toBe(true)
    await secrets.send(
      new UpdateSecretVersionStageCommand({
        SecretId: arn,
        VersionStage: 'GRACE-UNTIL-NOON',
        RemoveFromVersionId: old,
      }),
    )
    expect((await run()).report).toMatchObject({ retired: 1, malformed: 0 })
  })

  it.each(['keyturn/tes', 'keyturn/test-2', 'other/test'])('leaves the secrets of stack %s alone', async (stack) => {
    await bare(`foreign-${++serial}`, stack, 'GRACE-UNTIL-20260101T000000Z')
    const { report, error } = await run()
    expect(error).toBeUndefined()
    expect(report?.retired).toBe(0)
  })
})

describe('A5 a sweep that cannot do all of it', () => {
  it('goes on after a secret that fails, then fails itself and names it, and the next one finishes', async () => {
    const first = await rotated('1h')
    const second = await rotated('1h')
    await rig.clock.advance(2 * HOUR)
    // Whichever comes first: its provider refuses the revocation for good.
    const refusal = { kind: 'error', code: 'refused', status: 400 } as const
    rig.cloud.faults.add({ service: 'upstream', operation: 'DeleteKey', effect: refusal })

    const { error, lines } = await run()
    const [dead, left] = alive(first.keyId) ? [second, first] : [first, second]
    expect(alive(dead.keyId)).toBe(false)
    expect(alive(left.keyId)).toBe(true)
    const version = (await keys(left.arn)).expired[0]?.versionId
    expect(error).toMatchObject({ code: 'sweep-incomplete', kind: 'retryable' })
    expect(error?.message).toContain(`Not retired: ${left.name} (version ${version}).`)
    expect(error?.message).not.toContain(dead.name)
    expect(lines).toContainEqual(expect.objectContaining({ level: 50, secret: left.name, version }))

    expect((await run()).report).toMatchObject({ retired: 1 })
    expect(alive(left.keyId)).toBe(false)
  })

  it('goes on when a function cannot be invoked at all', async () => {
    const all = [await rotated('1h'), await rotated('1h')]
    await rig.clock.advance(2 * HOUR)
    rig.cloud.faults.add({ service: 'lambda', operation: 'Invoke', effect: { kind: 'throttle' } })

    const { error, lines } = await run()
    expect(error).toMatchObject({ code: 'sweep-incomplete' })
    expect(all.filter(({ keyId }) => alive(keyId))).toHaveLength(1)
    expect(lines).toContainEqual(expect.objectContaining({ msg: 'the rotation function could not be invoked' }))
    expect((await run()).report).toMatchObject({ retired: 1 })
  })

  it('reports a secret that no function rotates', async () => {
    const name = `keyturn/test/orphaned-${++serial}`
    const { arn, old } = await bare(name, 'keyturn/test', 'GRACE-UNTIL-20260101T000000Z')
    const due = await rotated('1h')
    await rig.clock.advance(2 * HOUR)

    const { error, lines } = await run()
    expect(error).toMatchObject({
      code: 'sweep-incomplete',
      message: expect.stringContaining(`${name} (version ${old})`),
    })
    expect(lines).toContainEqual(
      expect.objectContaining({ secret: name, msg: expect.stringMatching(/no rotation function.*pulumi up/) }),
    )
    expect(alive(due.keyId)).toBe(false)
    await secrets.send(
      new UpdateSecretVersionStageCommand({
        SecretId: arn,
        VersionStage: 'GRACE-UNTIL-20260101T000000Z',
        RemoveFromVersionId: old,
      }),
    )
  })

  it('fails when the secrets cannot be listed, rather than to call that swept', async () => {
    const denied = { kind: 'error', code: 'AccessDeniedException' } as const
    rig.cloud.faults.add({ service: 'secretsmanager', operation: 'ListSecrets', effect: denied })
    expect((await run()).error).toMatchObject({ name: 'AccessDeniedException' })
  })
})

it('A5 a sweep looks at every page of more than 220 secrets, with what is due spread over them', async () => {
  const due = [await rotated('1h')]
  for (let count = 1; count <= 220; count++) {
    await bare(`keyturn/test/many-${count}`, 'keyturn/test')
    if (count % 110 === 0) due.push(await rotated('1h'))
  }
  await rig.clock.advance(2 * HOUR)
  const since = rig.cloud.journal.last
  const { report } = await run()

  const pages = rig.cloud.journal.entries(since).filter(({ operation }) => operation === 'ListSecrets')
  expect(pages.length).toBeGreaterThanOrEqual(3)
  expect(report?.secrets).toBeGreaterThan(220)
  expect(report?.retired).toBe(3)
  for (const { keyId } of due) expect(alive(keyId)).toBe(false)
})
