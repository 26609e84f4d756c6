import { createHash } from 'node:crypto'
import { PutSecretValueCommand } from '@aws-sdk/client-secrets-manager'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { DAY, HOUR } from '../../../core/clock.ts'
import { readKeySet } from '../../../core/versions.ts'
import { firstToken } from '../../../lambdas/engine/first-value.ts'
import { cutsOf } from '../../helpers/cuts.ts'
import { openAiParams, openRouterParams } from '../../helpers/provider-params.ts'
import { type RotationRig, startRotationRig } from '../../helpers/rotation-rig.ts'

interface Subject {
  readonly title: string
  readonly strategy: string
  readonly provider?: 'openai' | 'openrouter'
  readonly params: (upstream: string) => unknown
  readonly grace?: string
  readonly firstValue?: string
  /** What a person does before each rotation. */
  readonly prepare?: (arn: string, value: string) => Promise<unknown>
}

let rig: RotationRig
let serial = 0
const cuts = cutsOf(() => rig)
let violations: string[] = []
let watched: { arn: string; provider: 'openai' | 'openrouter' } | undefined

const supply = (arn: string, value: string): Promise<unknown> =>
  rig.secrets.send(new PutSecretValueCommand({ SecretId: arn, SecretString: value, VersionStages: ['SUPPLIED'] }))

/** A project for each secret, as lists are read whole. */
const openAi = (upstream: string): unknown => openAiParams(upstream, `proj_${serial}`)

const SUBJECTS: readonly Subject[] = [
  { title: 'random', strategy: 'random', params: () => ({}) },
  { title: 'client-key', strategy: 'client-key', params: () => ({}) },
  { title: 'supplied', strategy: 'supplied', params: () => ({}), firstValue: 'first', prepare: supply },
  { title: 'provider-key at OpenAI', strategy: 'provider-key', provider: 'openai', params: openAi },
  { title: 'provider-key at OpenRouter', strategy: 'provider-key', provider: 'openrouter', params: openRouterParams },
  {
    title: 'provider-key, revoke-now',
    strategy: 'provider-key',
    provider: 'openai',
    params: openAi,
    grace: 'revoke-now',
  },
]

beforeAll(async () => {
  rig = await startRotationRig()
  const add = rig.cloud.journal.add.bind(rig.cloud.journal)
  // After every single call, by whomever: is there a credential that callers have and the target takes?
  rig.cloud.journal.add = (entry) => {
    add(entry)
    checkAccepted(`after ${entry.operation}`)
  }
})
afterAll(async () => {
  console.log(
    `crash safety: ${cuts.points()} cut points, each before and after its call, by a killed function and by a lost connection`,
  )
  await rig.close()
})
afterEach(() => {
  rig.cloud.faults.clear()
  watched = undefined
  const found = violations
  violations = []
  expect(found).toEqual([])
})

describe.each(SUBJECTS)('B1 crash safety of a rotation: $title', (subject) => {
  it('completes after being cut off before or after any call, with one current version and no orphan', async () => {
    const template = await subjectSecret(subject)
    const points = await cuts.callsOf(() => rotate(subject, template))
    expect(points.length).toBeGreaterThanOrEqual(5)

    for (const { fault, where } of cuts.at(points)) {
      const arn = await subjectSecret(subject)
      const before = await rig.keys(arn)
      rig.cloud.faults.add(fault)
      const token = await rotate(subject, arn)

      expect(rig.cloud.faults.list()[0]?.taken, `${where} was never reached`).toBe(1)
      rig.cloud.faults.clear()
      if (subject.grace === 'revoke-now') await sweep(arn)
      const after = await rig.keys(arn)
      expect(after.current, where).toBe(token)
      expect(after.pending, where).toBeUndefined()
      expect(after.expired, where).toEqual([])
      expect(
        after.grace.map(({ versionId }) => versionId),
        where,
      ).toEqual(subject.grace === 'revoke-now' ? [] : [before.current])
      for (const { deadline, labels } of after.grace) {
        expect(labels, where).toHaveLength(1)
        expect(deadline.getTime(), where).toBeGreaterThan(rig.clock.now().getTime() + DAY - 6 * HOUR)
      }
      expect(await rig.value(arn, token), where).not.toBe('')
      expect(Object.values(await rig.labels(arn)).flat(), where).not.toContain('SUPPLIED')
      await expectNoOrphan(arn, subject, where)
    }
  })
})

describe('B4 crash safety of a retirement', () => {
  it('completes after being cut off before or after any call, and then again does nothing', async () => {
    const subject = { ...SUBJECTS[3], grace: '1h' } as Subject
    const due = async (): Promise<{ arn: string; old: string }> => {
      const arn = await subjectSecret(subject)
      const old = (await rig.keys(arn)).current ?? ''
      await rotate(subject, arn)
      await rig.clock.advance(2 * HOUR)
      return { arn, old }
    }
    const retire = ({ arn, old }: { arn: string; old: string }) =>
      rig.invoke({ Step: 'retireSecret', SecretId: arn, VersionId: old })
    const template = await due()
    const points = await cuts.callsOf(() => retire(template))
    expect(points.map(({ operation }) => operation)).toContain('DeleteKey')

    for (const { fault, where } of cuts.at(points)) {
      const target = await due()
      rig.cloud.faults.add(fault)
      await retire(target)
      expect(rig.cloud.faults.list()[0]?.taken, `${where} was never reached`).toBe(1)
      rig.cloud.faults.clear()

      expect(await retire(target), where).toMatchObject({ failed: false })
      expect(Object.keys(await rig.labels(target.arn)), where).toEqual([(await rig.keys(target.arn)).current])
      await expectNoOrphan(target.arn, subject, where)
      expect(await retire(target), where).toMatchObject({ failed: false })
    }
  })
})

/** A secret whose value a person has replaced, and what was current before. */
async function replacedByHand(subject: Subject): Promise<{ arn: string; old: string; put: string }> {
  const arn = await subjectSecret(subject)
  watched = undefined
  const old = (await rig.keys(arn)).current ?? ''
  const text = subject.provider
    ? JSON.stringify({ apiKey: `sk-by-hand-${serial}-0123456789`, keyId: `by-hand-${serial}` })
    : `kt_${createHash('sha256').update(`by hand ${serial}`).digest('base64url')}`
  const { VersionId = '' } = await rig.secrets.send(new PutSecretValueCommand({ SecretId: arn, SecretString: text }))
  return { arn, old, put: VersionId }
}

describe('B19 crash safety of what answers a hand', () => {
  const MOVED = [SUBJECTS[1], SUBJECTS[3], SUBJECTS[5]] as readonly Subject[]

  it.each(MOVED)('$title: the outgoing version gets its grace, wherever orderVersions was cut off', async (subject) => {
    const order = ({ arn }: { arn: string }) => rig.invoke({ Step: 'orderVersions', SecretId: arn })
    const template = await replacedByHand(subject)
    const points = await cuts.callsOf(() => order(template))
    expect(points.map(({ operation }) => operation)).toContain('UpdateSecretVersionStage')

    for (const { fault, where } of cuts.at(points)) {
      const target = await replacedByHand(subject)
      rig.cloud.faults.add(fault)
      await order(target)
      expect(rig.cloud.faults.list()[0]?.taken, `${where} was never reached`).toBe(1)
      rig.cloud.faults.clear()
      expect(await order(target), where).toMatchObject({ failed: false })
      if (subject.grace === 'revoke-now') await sweep(target.arn)
      const { current, grace, unordered, expired } = await rig.keys(target.arn)
      expect({ current, unordered, expired }, where).toEqual({ current: target.put, unordered: [], expired: [] })
      const graced = grace.map(({ versionId }) => versionId)
      expect(graced, where).toEqual(subject.grace === 'revoke-now' ? [] : [target.old])
    }
  })

  it.each(MOVED.slice(0, 2))('$title: a rotation that nobody has told of it loses neither version', async (subject) => {
    const template = await replacedByHand(subject)
    const points = await cuts.callsOf(() => rig.rotateToEnd(template.arn))

    for (const { fault, where } of cuts.at(points)) {
      const target = await replacedByHand(subject)
      rig.cloud.faults.add(fault)
      const token = await rig.rotateToEnd(target.arn)
      expect(rig.cloud.faults.list()[0]?.taken, `${where} was never reached`).toBe(1)
      rig.cloud.faults.clear()
      const { current, pending, grace, unordered } = await rig.keys(target.arn)
      expect({ current, pending, unordered }, where).toEqual({ current: token, pending: undefined, unordered: [] })
      expect(grace.map(({ versionId }) => versionId).sort(), where).toEqual([target.old, target.put].sort())
    }
  })
})

describe('B20 crash safety of an end', () => {
  it('leaves nothing alive, wherever it was cut off', async () => {
    const subject = SUBJECTS[3] as Subject
    const end = (arn: string) => rig.invoke({ Step: 'endSecret', SecretId: arn })
    const rotated = async (): Promise<string> => {
      const arn = await subjectSecret(subject)
      await rotate(subject, arn)
      watched = undefined
      return arn
    }
    const template = await rotated()
    const points = await cuts.callsOf(() => end(template))
    expect(points.filter(({ operation }) => operation === 'DeleteKey')).toHaveLength(2)

    for (const { fault, where } of cuts.at(points)) {
      const arn = await rotated()
      const prefix = await namePrefix(arn)
      rig.cloud.faults.add(fault)
      await end(arn)
      expect(rig.cloud.faults.list()[0]?.taken, `${where} was never reached`).toBe(1)
      rig.cloud.faults.clear()
      expect(await end(arn), where).toMatchObject({ failed: false })
      expect(
        rig.upstream.keys.live('openai').filter(({ name }) => name.startsWith(prefix)),
        where,
      ).toEqual([])
      expect(Object.values(await rig.labels(arn)), where).toEqual([['AWSCURRENT']])
    }
  })
})

describe('A4 crash safety of the first value', () => {
  it.each(SUBJECTS.slice(3, 5))('$title: one value and one key, wherever it was cut off', async (subject) => {
    const bare = (): Promise<string> => {
      const name = `first-${++serial}`
      const entry = { strategy: subject.strategy, params: subject.params(rig.upstream.url) }
      return rig.create(name, entry, { firstValue: false })
    }
    const make = (arn: string) => rig.invoke({ Step: 'createFirstValue', SecretId: arn })
    const template = await bare()
    const points = await cuts.callsOf(() => make(template))

    for (const { fault, where } of cuts.at(points)) {
      const arn = await bare()
      rig.cloud.faults.add(fault)
      await make(arn)
      rig.cloud.faults.clear()
      expect(await make(arn), where).toMatchObject({ failed: false })
      expect(await rig.labels(arn), where).toEqual({ [firstToken(arn)]: ['AWSCURRENT'] })
      // A first value that was cut off after it was stored leaves its clean-up to the next rotation.
      await rotate(subject, arn)
      await expectNoOrphan(arn, subject, where)
    }
  })
})

describe('B1 twice at once', () => {
  it.each(SUBJECTS.slice(0, 5))('$title: two of every step beside each other end as one rotation', async (subject) => {
    for (let round = 0; round < 5; round++) {
      const arn = await subjectSecret(subject)
      const before = await rig.keys(arn)
      await subject.prepare?.(arn, `value ${serial}`)
      // The service's own rotation, and a second one of the same token as a confused retry would make it.
      const token = await rig.rotate(arn)
      for (const Step of ['createSecret', 'setSecret', 'testSecret', 'finishSecret']) {
        const event = { Step, SecretId: arn, ClientRequestToken: token }
        await Promise.all([rig.invoke(event), rig.invoke(event)])
      }
      await rig.settle()
      const after = await rig.keys(arn)
      expect(after).toMatchObject({ current: token, pending: undefined })
      expect(after.grace.map(({ versionId }) => versionId)).toEqual([before.current])
      await rotate(subject, arn)
      await expectNoOrphan(arn, subject, `round ${round}`)
    }
  })
})

async function subjectSecret({ strategy, params, grace, firstValue, provider }: Subject): Promise<string> {
  watched = undefined
  const name = `crash-${++serial}`
  const entry = { strategy, params: params(rig.upstream.url), ...(grace && { grace }) }
  const arn = await rig.create(name, entry, firstValue === undefined ? {} : { firstValue })
  watched = provider && { arn, provider }
  return arn
}

async function rotate({ prepare }: Subject, arn: string): Promise<string> {
  await prepare?.(arn, `value ${++serial}`)
  return rig.rotateToEnd(arn)
}

async function sweep(arn: string): Promise<void> {
  for (const { versionId } of (await rig.keys(arn)).expired) {
    await rig.invoke({ Step: 'retireSecret', SecretId: arn, VersionId: versionId })
  }
}

/** The keys of this secret at the provider are those of its live versions: none more, none less. */
async function expectNoOrphan(arn: string, { provider }: Subject, where: string): Promise<void> {
  if (!provider) return
  const { current, grace } = await rig.keys(arn)
  const live = [current, ...grace.map(({ versionId }) => versionId)]
  const held = await Promise.all(live.map(async (id) => JSON.parse(await rig.value(arn, id ?? '')).keyId as string))
  const prefix = await namePrefix(arn)
  const atProvider = rig.upstream.keys.live(provider).filter(({ name }) => name.startsWith(prefix))
  expect(atProvider.map(({ id }) => id).sort(), where).toEqual(held.sort())
}

/** What the names of all keys of a secret begin with at their provider. */
async function namePrefix(arn: string): Promise<string> {
  const { keyId } = JSON.parse(await rig.value(arn, (await rig.keys(arn)).current ?? ''))
  const { name = '?' } = rig.upstream.keys.all().find(({ id }) => id === keyId) ?? {}
  return name.slice(0, 'keyturn-0123456789-'.length)
}

/** Synchronously, from the state itself: the current version's key and those in grace live at the provider. */
function checkAccepted(when: string): void {
  if (!watched) return
  const { arn, provider } = watched
  const record = Object.values(rig.cloud.state.secretsManager.secrets).find((secret) => secret.arn === arn)
  if (!record) return
  const labels = Object.fromEntries(Object.values(record.versions).map(({ id, stages }) => [id, stages]))
  const { current, grace } = readKeySet(labels, rig.clock.now())
  const names = rig.upstream.keys.live(provider).map(({ name }) => name)
  for (const version of [current, ...grace.map(({ versionId }) => versionId)]) {
    if (!names.some((name) => name.endsWith(version ?? '?')))
      violations.push(`${when}: no live key for version ${version}`)
  }
}
