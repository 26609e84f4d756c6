import type { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda'
import {
  DeleteSecretCommand,
  DescribeSecretCommand,
  RestoreSecretCommand,
  TagResourceCommand,
} from '@aws-sdk/client-secrets-manager'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { HOUR, MINUTE } from '../../../core/clock.ts'
import { TAG } from '../../../core/tags.ts'
import type { RotationRig } from '../../helpers/rotation-rig.ts'
import { type SweepRig, startSweepRig } from '../../helpers/sweep-rig.ts'

let rig: RotationRig
let sweeps: SweepRig
let serial = 0

beforeAll(async () => {
  sweeps = await startSweepRig()
  rig = sweeps.rig
})
afterAll(() => sweeps.close())
afterEach(() => rig.cloud.faults.clear())

async function tags(arn: string): Promise<Record<string, string>> {
  const { Tags = [] } = await rig.secrets.send(new DescribeSecretCommand({ SecretId: arn }))
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

const refusal = { kind: 'error', code: 'refused', status: 400 } as const

describe('A5 a sweep that cannot do all of it', () => {
  it('goes on after a secret that fails, names it in its report, and the next one finishes', async () => {
    const all = [await sweeps.rotated('1h'), await sweeps.rotated('1h')]
    await rig.clock.advance(61 * MINUTE)
    // Whichever comes first: its provider refuses the revocation for good.
    rig.cloud.faults.add({ service: 'upstream', operation: 'DeleteKey', effect: refusal })

    const { report, lines, messages } = await sweeps.run()
    const [left] = all.filter(({ keyId }) => sweeps.alive(keyId))
    expect(all.filter(({ keyId }) => sweeps.alive(keyId))).toHaveLength(1)
    const version = (await rig.keys(left?.arn ?? '')).expired[0]?.versionId
    expect(report).toMatchObject({ retired: 1 })
    expect(report?.failed).toEqual([expect.stringContaining(`${left?.name}: retireSecret of version ${version}`)])
    expect(lines).toContainEqual(expect.objectContaining({ level: 50, secret: left?.name, version }))
    // The next sweep may mend it: nobody is called for a minute's trouble.
    expect(messages).toEqual([])

    expect((await sweeps.run()).report).toMatchObject({ retired: 1 })
    expect(sweeps.alive(left?.keyId ?? '')).toBe(false)
  })

  it('goes on when a function cannot be invoked at all', async () => {
    const all = [await sweeps.rotated('1h'), await sweeps.rotated('1h')]
    await rig.clock.advance(61 * MINUTE)
    rig.cloud.faults.add({ service: 'lambda', operation: 'Invoke', effect: { kind: 'throttle' } })

    const { report } = await sweeps.run()
    expect(report?.failed).toEqual([expect.stringContaining('could not be invoked (ThrottlingException)')])
    expect(all.filter(({ keyId }) => sweeps.alive(keyId))).toHaveLength(1)
    expect((await sweeps.run()).report).toMatchObject({ retired: 1 })
  })

  it('retires what stands beside a version that cannot be retired', async () => {
    const { arn } = await sweeps.rotated('1h')
    await rig.rotateToEnd(arn)
    await rig.clock.advance(2 * HOUR)
    rig.cloud.faults.add({ service: 'upstream', operation: 'DeleteKey', effect: refusal })
    expect((await sweeps.run()).report).toMatchObject({ retired: 1, failed: [expect.stringContaining('retireSecret')] })
    expect((await sweeps.run()).report).toMatchObject({ retired: 1, failed: [] })
  })

  it('tells of a version that stays unretired once, again in growing intervals, and when it is over', async () => {
    const { arn, name, keyId } = await sweeps.rotated('1h')
    await rig.clock.advance(80 * MINUTE)
    rig.cloud.faults.add({ service: 'upstream', operation: 'DeleteKey', times: 10_000, effect: refusal })
    const told: string[] = []
    for (let minute = 0; minute < 60 * 60; minute += 20) {
      const { messages, error } = await sweeps.run()
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
    const over = await sweeps.run()
    expect(over.messages).toMatchObject([{ attributes: { state: 'over', code: 'not-retired' } }])
    expect(sweeps.alive(keyId)).toBe(false)
    expect((await sweeps.run()).messages).toEqual([])
    expect((await tags(arn))[TAG.told]).toBe('')
  }, 60_000)

  it('is not held up by a target that hangs: every other secret is retired meanwhile', async () => {
    const hanging = [await sweeps.rotated('1h'), await sweeps.rotated('1h')]
    const fine = [await sweeps.rotated('1h'), await sweeps.rotated('1h'), await sweeps.rotated('1h')]
    await rig.clock.advance(2 * HOUR)
    const stalled = new Set(hanging.map(({ arn }) => arn))
    const { lambda } = sweeps
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

    const { report, messages } = await sweeps.run('keyturn/test', { lambda: impatient, perSecretMs: 3_000 })
    expect(fine.filter(({ keyId }) => sweeps.alive(keyId))).toEqual([])
    expect(report).toMatchObject({ retired: 3, notReached: [] })
    expect(report?.failed).toHaveLength(2)
    // Both were waited for at the same time.
    expect(overlap).toEqual([2, 2])
    expect(report?.failed[0]).toContain('did not answer retireSecret in time')
    // Their grace has been over for an hour: that is told, with the reason.
    expect(messages.map(({ attributes }) => attributes.secret).sort()).toEqual(hanging.map(({ name }) => name).sort())
    expect(messages[0]?.text).toContain('did not answer retireSecret in time')
    expect((await sweeps.run()).report).toMatchObject({ retired: 2 })
  })

  it('ends before its own time is over, says what it did not reach, and tells people of it all the same', async () => {
    const { name, keyId } = await sweeps.rotated('1h')
    await rig.clock.advance(2 * HOUR)
    const { report, messages, error } = await sweeps.run('keyturn/test', { withinMs: 15_000 })
    expect(error).toBeUndefined()
    expect(report).toMatchObject({ retired: 0, notReached: [name] })
    expect(messages).toMatchObject([{ attributes: { code: 'not-retired', secret: name } }])
    expect(sweeps.alive(keyId)).toBe(true)
    expect((await sweeps.run()).report).toMatchObject({ retired: 1 })
  })

  it('tells of a secret that no function rotates, once it has had time to get one', async () => {
    const name = `keyturn/test/orphaned-${++serial}`
    const arn = await sweeps.bare(name, 'keyturn/test', 'GRACE-UNTIL-20260101T000000Z')
    expect((await sweeps.run()).messages.map(({ attributes }) => attributes.code)).not.toContain(
      'rotation-function-missing',
    )
    const due = await sweeps.rotated('1h')
    await rig.clock.advance(2 * HOUR)

    const { messages } = await sweeps.run()
    expect(messages.filter(({ attributes }) => attributes.secret === name)).toMatchObject([
      {
        attributes: { code: 'rotation-function-missing', state: 'raised' },
        text: expect.stringContaining('pulumi up'),
      },
    ])
    expect(sweeps.alive(due.keyId)).toBe(false)
    await rig.secrets.send(new DeleteSecretCommand({ SecretId: arn, ForceDeleteWithoutRecovery: true }))
  })

  it('fails when a secret cannot be marked as told, rather than to send the same message at every sweep', async () => {
    const { arn, name } = await sweeps.rotated('1h')
    await rig.clock.advance(2 * HOUR)
    rig.cloud.faults.add({ service: 'upstream', operation: 'DeleteKey', effect: refusal })
    const denied = { kind: 'error', code: 'AccessDeniedException' } as const
    // The rotation function's own note comes first.
    rig.cloud.faults.add({ service: 'secretsmanager', operation: 'TagResource', skip: 1, effect: denied })
    const { error, messages } = await sweeps.run()
    expect(messages).toEqual([])
    expect(error).toMatchObject({
      code: 'sweep-incomplete',
      message: expect.stringContaining(`${name} (AccessDeniedException)`),
    })
    expect((await tags(arn))[TAG.told]).toBeUndefined()
    await sweeps.run()
  })

  it('tells of a deleted secret with live versions at the first sweep and daily, with the commands that mend it', async () => {
    const { arn, name } = await sweeps.rotated('7d')
    await rig.secrets.send(new DeleteSecretCommand({ SecretId: arn, RecoveryWindowInDays: 7 }))
    const told: number[] = []
    await rig.clock.advance(MINUTE)
    expect((await sweeps.run()).messages).toHaveLength(1)
    for (let minute = 5; minute < 49 * 60; minute += 5) {
      await rig.clock.advance(5 * MINUTE)
      for (const { attributes, text } of (await sweeps.run()).messages) {
        expect(attributes).toMatchObject({ code: 'deleted-alive', secret: name })
        expect(text).toMatch(
          new RegExp(`restore-secret --secret-id ${name}\\n *keyturn end ${name} --yes\\n.*delete-secret`),
        )
        told.push(minute / 60)
      }
    }
    expect(told).toEqual([24, 48])
    await rig.secrets.send(new RestoreSecretCommand({ SecretId: arn }))
    const current = (await rig.keys(arn)).current
    const ended = { Key: TAG.ended, Value: `2026-11-24T10:00:00Z ${current}` }
    await rig.secrets.send(new TagResourceCommand({ SecretId: arn, Tags: [ended] }))
    await rig.secrets.send(new DeleteSecretCommand({ SecretId: arn, RecoveryWindowInDays: 7 }))
    await rig.clock.advance(5 * MINUTE)
    expect((await sweeps.run()).messages).toEqual([])
  }, 60_000)

  it('fails when the secrets cannot be listed, rather than to call that swept', async () => {
    const denied = { kind: 'error', code: 'AccessDeniedException' } as const
    rig.cloud.faults.add({ service: 'secretsmanager', operation: 'ListSecrets', effect: denied })
    expect((await sweeps.run()).error).toMatchObject({ name: 'AccessDeniedException' })
  })
})
