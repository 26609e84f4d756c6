import { type InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda'
import {
  CreateSecretCommand,
  DeleteSecretCommand,
  DescribeSecretCommand,
  PutSecretValueCommand,
  RestoreSecretCommand,
  SecretsManagerClient,
  TagResourceCommand,
  UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager'
import { pino } from 'pino'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { HOUR, MINUTE } from '../../../core/clock.ts'
import { systemRandom } from '../../../core/random.ts'
import { TAG } from '../../../core/tags.ts'
import { type KeySet, readKeySet } from '../../../core/versions.ts'
import type { Message } from '../../../lambdas/notify/message.ts'
import { type SweepOptions, type SweepReport, sweep } from '../../../lambdas/sweep/sweep.ts'
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
async function run(stack = 'keyturn/test', more: Partial<SweepOptions> = {}) {
  const lines: Line[] = []
  const messages: Message[] = []
  const log = pino({ level: 'info' }, { write: (line) => lines.push(JSON.parse(line)) })
  const outcome: { report?: SweepReport; error?: Error } = await sweep({
    secrets,
    lambda,
    stack,
    clock: rig.clock,
    log,
    publish: async (message) => void messages.push(message),
    everyMs: 5 * MINUTE,
    withinMs: 5 * MINUTE,
    ...more,
  }).then(
    (report) => ({ report }),
    (error: Error) => ({ error }),
  )
  return { ...outcome, lines, messages }
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

async function tags(arn: string): Promise<Record<string, string>> {
  const { Tags = [] } = await secrets.send(new DescribeSecretCommand({ SecretId: arn }))
  return Object.fromEntries(Tags.map(({ Key = '', Value = '' }) => [Key, Value]))
}

type Send = (this: LambdaClient, command: InvokeCommand, options: object) => Promise<unknown>

const never = (signal: AbortSignal, ended: () => void): Promise<never> =>
  new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => {
      ended()
      reject(signal.reason)
    })
  })

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

    const { report, lines, messages } = await run()
    expect(report).toMatchObject({ retired: 2, failed: [] })
    for (const { arn, keyId } of due) {
      expect(alive(keyId)).toBe(false)
      expect(Object.values(await rig.labels(arn))).toEqual([['AWSCURRENT']])
    }
    expect(alive(active.keyId)).toBe(true)
    expect((await keys(active.arn)).grace).toHaveLength(1)
    expect(lines.at(-1)).toMatchObject({ msg: 'swept', retired: 2, failed: 0 })
    expect(messages).toEqual([])

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

    const { report, messages } = await run()
    expect(report).toMatchObject({ retired: 0, failed: [] })
    expect(messages).toEqual([
      expect.objectContaining({
        attributes: { code: 'grace-label-unusable', secret: name, kind: 'needs-human', state: 'raised' },
        text: expect.stringMatching(
          new RegExp(`${old} carries .*GRACE-UNTIL-NOON.*\\n[\\s\\S]*--move-to-version-id ${old}`),
        ),
      }),
    ])
    expect((await run()).messages).toEqual([])
    expect(await rig.labels(arn)).toEqual(before)
    expect(alive(keyId)).toBe(true)
    await secrets.send(
      new UpdateSecretVersionStageCommand({
        SecretId: arn,
        VersionStage: 'GRACE-UNTIL-NOON',
        RemoveFromVersionId: old,
      }),
    )
    const after = await run()
    expect(after.report).toMatchObject({ retired: 1 })
    expect(after.messages).toEqual([
      expect.objectContaining({ attributes: expect.objectContaining({ state: 'over' }) }),
    ])
  })

  it.each(['keyturn/tes', 'keyturn/test-2', 'other/test'])('leaves the secrets of stack %s alone', async (stack) => {
    await bare(`foreign-${++serial}`, stack, 'GRACE-UNTIL-20260101T000000Z')
    const { report, error } = await run()
    expect(error).toBeUndefined()
    expect(report?.retired).toBe(0)
  })
})

const refusal = { kind: 'error', code: 'refused', status: 400 } as const

describe('A5 a sweep that cannot do all of it', () => {
  it('goes on after a secret that fails, names it in its report, and the next one finishes', async () => {
    const all = [await rotated('1h'), await rotated('1h')]
    await rig.clock.advance(61 * MINUTE)
    // Whichever comes first: its provider refuses the revocation for good.
    rig.cloud.faults.add({ service: 'upstream', operation: 'DeleteKey', effect: refusal })

    const { report, lines, messages } = await run()
    const [left] = all.filter(({ keyId }) => alive(keyId))
    expect(all.filter(({ keyId }) => alive(keyId))).toHaveLength(1)
    const version = (await keys(left?.arn ?? '')).expired[0]?.versionId
    expect(report).toMatchObject({ retired: 1 })
    expect(report?.failed).toEqual([expect.stringContaining(`${left?.name}: retireSecret of version ${version}`)])
    expect(lines).toContainEqual(expect.objectContaining({ level: 50, secret: left?.name, version }))
    // The next sweep may mend it: nobody is called for a minute's trouble.
    expect(messages).toEqual([])

    expect((await run()).report).toMatchObject({ retired: 1 })
    expect(alive(left?.keyId ?? '')).toBe(false)
  })

  it('goes on when a function cannot be invoked at all', async () => {
    const all = [await rotated('1h'), await rotated('1h')]
    await rig.clock.advance(61 * MINUTE)
    rig.cloud.faults.add({ service: 'lambda', operation: 'Invoke', effect: { kind: 'throttle' } })

    const { report } = await run()
    expect(report?.failed).toEqual([expect.stringContaining('could not be invoked (ThrottlingException)')])
    expect(all.filter(({ keyId }) => alive(keyId))).toHaveLength(1)
    expect((await run()).report).toMatchObject({ retired: 1 })
  })

  it('retires what stands beside a version that cannot be retired', async () => {
    const { arn } = await rotated('1h')
    await rig.rotateToEnd(arn)
    await rig.clock.advance(2 * HOUR)
    rig.cloud.faults.add({ service: 'upstream', operation: 'DeleteKey', effect: refusal })
    expect((await run()).report).toMatchObject({ retired: 1, failed: [expect.stringContaining('retireSecret')] })
    expect((await run()).report).toMatchObject({ retired: 1, failed: [] })
  })

  it('1.4 tells of a version that stays unretired once, again in growing intervals, and when it is over', async () => {
    const { arn, name, keyId } = await rotated('1h')
    await rig.clock.advance(80 * MINUTE)
    rig.cloud.faults.add({ service: 'upstream', operation: 'DeleteKey', times: 10_000, effect: refusal })
    const told: string[] = []
    for (let minute = 0; minute < 60 * 60; minute += 20) {
      const { messages, error } = await run()
      expect(error).toBeUndefined()
      for (const { attributes } of messages) {
        expect(attributes).toMatchObject({ code: 'not-retired', secret: name, kind: 'needs-human' })
        told.push(`${attributes.state} after ${minute / 60} h`)
      }
      await rig.clock.advance(20 * MINUTE)
    }
    expect(told).toEqual([
      'raised after 0 h',
      'standing after 1 h',
      'standing after 7 h',
      'standing after 31 h',
      'standing after 55 h',
    ])

    rig.cloud.faults.clear()
    const over = await run()
    expect(over.messages).toMatchObject([{ attributes: { state: 'over', code: 'not-retired' } }])
    expect(alive(keyId)).toBe(false)
    expect((await run()).messages).toEqual([])
    expect((await tags(arn))[TAG.told]).toBe('')
  }, 60_000)

  it('1.13 is not held up by a target that hangs: every other secret is retired meanwhile', async () => {
    const hanging = [await rotated('1h'), await rotated('1h')]
    const fine = [await rotated('1h'), await rotated('1h'), await rotated('1h')]
    await rig.clock.advance(2 * HOUR)
    const stalled = new Set(hanging.map(({ arn }) => arn))
    const { send } = lambda
    const waiting: string[] = []
    const overlap: number[] = []
    const impatient = {
      send: (command: InvokeCommand, options: { abortSignal: AbortSignal }) => {
        const { SecretId } = JSON.parse(String(command.input.Payload))
        if (stalled.has(SecretId)) waiting.push(SecretId)
        return stalled.has(SecretId)
          ? never(options.abortSignal, () => overlap.push(waiting.length))
          : (send as Send).call(lambda, command, options)
      },
    } as unknown as LambdaClient

    const { report, messages } = await run('keyturn/test', { lambda: impatient, perSecretMs: 3_000 })
    expect(fine.filter(({ keyId }) => alive(keyId))).toEqual([])
    expect(report).toMatchObject({ retired: 3, notReached: [] })
    expect(report?.failed).toHaveLength(2)
    // Both were waited for at the same time.
    expect(overlap).toEqual([2, 2])
    expect(report?.failed[0]).toContain('did not answer retireSecret in time')
    // Their grace has been over for an hour: that is told, with the reason.
    expect(messages.map(({ attributes }) => attributes.secret).sort()).toEqual(hanging.map(({ name }) => name).sort())
    expect(messages[0]?.text).toContain('did not answer retireSecret in time')
    expect((await run()).report).toMatchObject({ retired: 2 })
  })

  it('1.13 ends before its own time is over, says what it did not reach, and tells people of it all the same', async () => {
    const { name, keyId } = await rotated('1h')
    await rig.clock.advance(2 * HOUR)
    const { report, messages, error } = await run('keyturn/test', { withinMs: 15_000 })
    expect(error).toBeUndefined()
    expect(report).toMatchObject({ retired: 0, notReached: [name] })
    expect(messages).toMatchObject([{ attributes: { code: 'not-retired', secret: name } }])
    expect(alive(keyId)).toBe(true)
    expect((await run()).report).toMatchObject({ retired: 1 })
  })

  it('tells of a secret that no function rotates, once it has had time to get one', async () => {
    const name = `keyturn/test/orphaned-${++serial}`
    const { arn } = await bare(name, 'keyturn/test', 'GRACE-UNTIL-20260101T000000Z')
    expect((await run()).messages.map(({ attributes }) => attributes.code)).not.toContain('rotation-function-missing')
    const due = await rotated('1h')
    await rig.clock.advance(2 * HOUR)

    const { messages } = await run()
    expect(messages.filter(({ attributes }) => attributes.secret === name)).toMatchObject([
      {
        attributes: { code: 'rotation-function-missing', state: 'raised' },
        text: expect.stringContaining('pulumi up'),
      },
    ])
    expect(alive(due.keyId)).toBe(false)
    await secrets.send(new DeleteSecretCommand({ SecretId: arn, ForceDeleteWithoutRecovery: true }))
  })

  it('fails when a secret cannot be marked as told, rather than to send the same message at every sweep', async () => {
    const { arn, name } = await rotated('1h')
    await rig.clock.advance(2 * HOUR)
    rig.cloud.faults.add({ service: 'upstream', operation: 'DeleteKey', effect: refusal })
    const denied = { kind: 'error', code: 'AccessDeniedException' } as const
    // The rotation function's own note comes first.
    rig.cloud.faults.add({ service: 'secretsmanager', operation: 'TagResource', skip: 1, effect: denied })
    const { error, messages } = await run()
    expect(messages).toEqual([])
    expect(error).toMatchObject({
      code: 'sweep-incomplete',
      message: expect.stringContaining(`${name} (AccessDeniedException)`),
    })
    expect((await tags(arn))[TAG.told]).toBeUndefined()
    await run()
  })

  it('1.11 tells of a deleted secret with live versions at the first sweep and daily, with the commands that mend it', async () => {
    const { arn, name } = await rotated('7d')
    await secrets.send(new DeleteSecretCommand({ SecretId: arn, RecoveryWindowInDays: 7 }))
    const told: number[] = []
    await rig.clock.advance(MINUTE)
    expect((await run()).messages).toHaveLength(1)
    for (let minute = 5; minute < 49 * 60; minute += 5) {
      await rig.clock.advance(5 * MINUTE)
      for (const { attributes, text } of (await run()).messages) {
        expect(attributes).toMatchObject({ code: 'deleted-alive', secret: name })
        expect(text).toMatch(
          new RegExp(`restore-secret --secret-id ${name}\\n *keyturn end ${name} --yes\\n.*delete-secret`),
        )
        told.push(minute / 60)
      }
    }
    expect(told).toEqual([24, 48])
    await secrets.send(new RestoreSecretCommand({ SecretId: arn }))
    const current = (await keys(arn)).current
    const ended = { Key: TAG.ended, Value: `2026-11-24T10:00:00Z ${current}` }
    await secrets.send(new TagResourceCommand({ SecretId: arn, Tags: [ended] }))
    await secrets.send(new DeleteSecretCommand({ SecretId: arn, RecoveryWindowInDays: 7 }))
    await rig.clock.advance(5 * MINUTE)
    expect((await run()).messages).toEqual([])
  }, 60_000)

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
