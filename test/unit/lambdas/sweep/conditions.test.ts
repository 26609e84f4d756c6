import { describe, expect, it } from 'vitest'
import { DAY, HOUR, MINUTE } from '../../../../core/clock.ts'
import { isEnded } from '../../../../core/ended.ts'
import { graceLabel } from '../../../../core/grace.ts'
import { formatLastError, formatWhy, TAG } from '../../../../core/tags.ts'
import { conditionsOf, type Hints } from '../../../../lambdas/sweep/conditions.ts'
import { readEvent } from '../../../../lambdas/sweep/event.ts'
import { dueOf, type SweptSecret } from '../../../../lambdas/sweep/secret.ts'

const NOW = new Date('2026-11-24T10:00:00Z')
const ago = (ms: number): Date => new Date(NOW.getTime() - ms)
const QUIET: Hints = { failures: [], event: undefined }

const healthy: SweptSecret = {
  name: 'keyturn/dev/openai',
  arn: 'arn:openai',
  tags: {},
  versions: { now: ['AWSCURRENT'] },
  rotationFunction: 'arn:rotate',
  rotationEnabled: true,
  created: ago(90 * DAY),
  lastRotated: ago(3 * DAY),
  nextRotation: new Date(NOW.getTime() + 27 * DAY),
  deleted: undefined,
}

const withError = (at: Date, step = 'createSecret', code = 'provider-unavailable') => ({
  [TAG.lastError]: formatLastError({ at, step, code }),
  [TAG.lastErrorWhy]: formatWhy('The provider did not answer.'),
})

const codes = (secret: Partial<SweptSecret>, hints: Partial<Hints> = {}): string[] =>
  conditionsOf({ ...healthy, ...secret }, NOW, { ...QUIET, ...hints }).map(({ code }) => code)
const only = (secret: Partial<SweptSecret>, hints: Partial<Hints> = {}) =>
  conditionsOf({ ...healthy, ...secret }, NOW, { ...QUIET, ...hints })[0]

const stuck = { now: ['AWSCURRENT'], next: ['AWSPENDING'] }

describe('what stands on a secret', () => {
  it('is nothing when all is well, nor while a version is in grace or a rotation has just begun', () => {
    expect(codes({})).toEqual([])
    expect(
      codes(
        { versions: { ...stuck, old: ['AWSPREVIOUS', graceLabel(new Date(NOW.getTime() + HOUR))] } },
        { event: 'label' },
      ),
    ).toEqual([])
  })

  it('is no overdue rotation on a secret without a schedule, however long nobody has asked for one', () => {
    const idle = { nextRotation: undefined, lastRotated: undefined, created: ago(900 * DAY) }
    expect(codes(idle)).toEqual([])
    expect(codes({ ...idle, nextRotation: ago(2 * HOUR) })).toEqual(['rotation-failed'])
    expect(codes({ ...idle, tags: withError(ago(HOUR)) })).toEqual(['rotation-failed'])
  })

  it('is a failed rotation when nothing has tried again for half an hour, or Secrets Manager gave it up', () => {
    const tried = { versions: stuck, tags: withError(ago(29 * MINUTE)) }
    expect(codes(tried)).toEqual([])
    expect(codes(tried, { event: 'abandoned' })).toEqual(['rotation-failed'])
    expect(codes({ versions: stuck, tags: withError(ago(30 * MINUTE)) })).toEqual(['rotation-failed'])
  })

  it('names the reason and the commands', () => {
    const told = only({ versions: stuck, tags: withError(ago(HOUR)) })
    expect(told?.why).toBe('The provider did not answer. (provider-unavailable in createSecret)')
    expect(told?.since).toEqual(ago(HOUR))
    expect(told?.actions.join('\n')).toMatch(
      /rotate-secret --secret-id keyturn\/dev\/openai\n.*--version-stage AWSPENDING --remove-from-version-id next/,
    )
  })

  it('stays what was told until it is resolved, although it is tried again', () => {
    const tags = { ...withError(ago(MINUTE)), [TAG.told]: 'rotation-failed:tj5k0w:tj5k0w:1' }
    expect(codes({ versions: stuck, tags })).toEqual(['rotation-failed'])
    expect(codes({ versions: healthy.versions, tags, lastRotated: NOW })).toEqual([])
  })

  it('is a failed rotation at once when the function gave it up, until one succeeds', () => {
    const tags = withError(ago(MINUTE), 'createSecret', 'provider-admin-refused')
    expect(codes({ tags })).toEqual([])
    expect(codes({ tags: withError(ago(2 * MINUTE)) })).toEqual(['rotation-failed'])
    expect(only({ tags }, { event: 'failed' })?.actions).toEqual([
      expect.stringContaining("Put a valid administrator's key into the secret that"),
    ])
    expect(codes({ tags, lastRotated: NOW }, { event: 'failed' })).toEqual([])
    expect(codes({ tags: withError(ago(DAY), 'retireSecret'), lastRotated: ago(2 * DAY) })).toEqual([])
  })

  it('is no failed rotation at the moment in which a later attempt promotes its version', () => {
    const promoted = { versions: { now: ['AWSCURRENT', 'AWSPENDING'] }, tags: withError(ago(HOUR)) }
    expect(codes(promoted)).toEqual([])
    expect(codes(promoted, { event: 'label' })).toEqual([])
    expect(codes({ tags: withError(ago(HOUR)) }, { event: 'label' })).toEqual([])
  })

  it('is a failed rotation when the function has not even run for an hour: seen first, then told', () => {
    expect(only({ versions: stuck })).toMatchObject({ code: 'rotation-failed', patienceMs: HOUR })
    expect(codes({ versions: stuck }, { event: 'label' })).toEqual([])
  })

  it('is an overdue rotation an hour after its window has closed', () => {
    expect(codes({ nextRotation: ago(59 * MINUTE) })).toEqual([])
    expect(only({ nextRotation: ago(HOUR) })).toMatchObject({ code: 'rotation-failed', since: ago(HOUR) })
    expect(codes({ nextRotation: ago(DAY), rotationEnabled: false })).toEqual([])
  })

  it('is an unretired version a quarter of an hour after its deadline', () => {
    const late = (ms: number) => ({ now: ['AWSCURRENT'], old: ['AWSPREVIOUS', graceLabel(ago(ms))] })
    expect(codes({ versions: late(14 * MINUTE) })).toEqual([])
    expect(only({ versions: late(15 * MINUTE) })).toMatchObject({ code: 'not-retired', since: ago(15 * MINUTE) })
  })

  it('is a grace label of a time too far ahead, with the commands that end it', () => {
    const versions = { now: ['AWSCURRENT'], old: ['GRACE-UNTIL-20990101T000000Z'] }
    const told = only({ versions })
    expect(told?.code).toBe('grace-label-unusable')
    expect(told?.what).toContain('further ahead than the longest grace')
    expect(told?.actions).toHaveLength(2)
  })

  it('is a hand-moved version that could not be ordered: at once when it needs a person, later when it may pass', () => {
    const versions = { now: ['AWSCURRENT'], old: ['AWSPREVIOUS'] }
    const failure = { step: 'orderVersions', reason: 'cannot read the current value' } as const
    expect(only({ versions }, { failures: [{ ...failure, needsHuman: true }] })).toMatchObject({
      code: 'not-ordered',
      why: 'cannot read the current value',
    })
    expect(only({ versions }, { failures: [{ ...failure, needsHuman: true }] })?.patienceMs).toBeUndefined()
    expect(only({ versions }, { failures: [{ ...failure, needsHuman: false }] })?.patienceMs).toBe(15 * MINUTE)
  })

  it('is a value put by hand that its strategy cannot use, although its predecessor has been ordered', () => {
    const told = only({ tags: withError(ago(MINUTE), 'orderVersions', 'secret-value-malformed') })
    expect(told).toMatchObject({ code: 'not-ordered', since: ago(MINUTE) })
    expect(told?.actions[0]).toContain('Put a value of its strategy')
    expect(codes({ tags: withError(ago(MINUTE), 'orderVersions'), lastRotated: NOW })).toEqual([])
  })

  it('is a secret without a rotation function, but not while it is being made', () => {
    expect(codes({ rotationFunction: undefined })).toEqual(['rotation-function-missing'])
    expect(codes({ rotationFunction: undefined, created: ago(30 * MINUTE) })).toEqual([])
  })

  it('is nothing on a secret that has been ended, until a value is put into it again', () => {
    const ended = { tags: { [TAG.ended]: '2026-11-24T09:00:00Z now' }, rotationFunction: undefined }
    expect(codes(ended)).toEqual([])
    expect(isEnded(ended.tags, { other: ['AWSCURRENT'], now: ['AWSPREVIOUS'] })).toBe(false)
    expect(isEnded({}, healthy.versions)).toBe(false)
  })

  it('is the deletion of a secret with live versions, and nothing else of it', () => {
    expect(codes({ deleted: NOW, rotationFunction: undefined })).toEqual(['deleted-alive'])
    expect(codes({ deleted: NOW, tags: { [TAG.ended]: '2026-11-24T09:00:00Z now' } })).toEqual([])
  })
})

describe('B19 what a look at a secret has done', () => {
  it('orders a version that lost AWSCURRENT by hand, and a grace label on the current one', () => {
    expect(dueOf({ ...healthy, versions: { now: ['AWSCURRENT'], old: ['AWSPREVIOUS'] } }, NOW).order).toBe(true)
    expect(dueOf({ ...healthy, versions: { now: ['AWSCURRENT', graceLabel(NOW)] } }, NOW).order).toBe(true)
  })

  it('leaves the grace label that finishSecret puts on the current version before AWSCURRENT moves', () => {
    const versions = { now: ['AWSCURRENT', graceLabel(new Date(NOW.getTime() + DAY))], next: ['AWSPENDING'] }
    expect(dueOf({ ...healthy, versions }, NOW).order).toBe(false)
  })
})

describe('part of A9: what EventBridge hands over', () => {
  it('is read for the secret that it is about', () => {
    const label = { source: 'aws.secretsmanager', 'detail-type': 'Secret Label Updated', resources: ['arn:openai'] }
    expect(readEvent({ ...label, detail: { name: 'n', labelUpdated: 'AWSCURRENT', versionId: 'v' } })).toEqual({
      secretId: 'arn:openai',
      what: 'current',
    })
    expect(readEvent({ ...label, resources: [], detail: { name: 'keyturn/dev/openai' } })?.secretId).toBe(
      'keyturn/dev/openai',
    )
    const detail = { eventName: 'RotationAbandoned', additionalEventData: { SecretId: 'arn:other' } }
    expect(readEvent({ source: 'aws.secretsmanager', detail })).toEqual({ secretId: 'arn:other', what: 'abandoned' })
  })

  it.each([
    {},
    null,
    undefined,
    'text',
    { Step: 'nonsense' },
    { source: 'aws.s3', resources: ['arn'] },
    { source: 'aws.secretsmanager' },
  ])('is none for %j, which starts a sweep', (input) => {
    expect(readEvent(input)).toBeUndefined()
  })
})
