import fc from 'fast-check'
import { expect, test } from 'vitest'
import { attachLabels, holderOf, moveLabel } from '../../../../../../local/cloud/services/secrets-manager/labels.ts'

const versionId = fc.constantFrom('v1', 'v2', 'v3', 'v4')
const label = fc.constantFrom('AWSCURRENT', 'AWSPENDING', 'AWSPREVIOUS', 'SUPPLIED', 'GRACE-UNTIL-20261123T100000Z')
const attach = fc.record({
  kind: fc.constant('attach'),
  to: versionId,
  labels: fc.uniqueArray(label, { minLength: 1 }),
})
const move = fc.record({
  kind: fc.constant('move'),
  label,
  from: fc.option(versionId, { nil: undefined }),
  to: fc.option(versionId, { nil: undefined }),
})

type Step = { kind: string; to?: string | undefined; from?: string | undefined; label?: string; labels?: string[] }

function run(
  steps: readonly Step[],
  after: (versions: Versions, step: Step, before: Versions, failed: boolean) => void,
) {
  const versions: Versions = Object.fromEntries(['v1', 'v2', 'v3', 'v4'].map((id) => [id, { stages: [] }]))
  attachLabels(versions, 'v1', ['AWSCURRENT'])
  for (const step of steps) {
    const before = structuredClone(versions)
    let failed = false
    try {
      if (step.kind === 'attach') attachLabels(versions, step.to ?? '', step.labels ?? [])
      else moveLabel(versions, { label: step.label ?? '', from: step.from, to: step.to })
    } catch {
      failed = true
    }
    after(versions, step, before, failed)
  }
}

type Versions = Record<string, { stages: string[] }>

const all = (versions: Versions): string[] => Object.values(versions).flatMap(({ stages }) => stages)
const steps = fc.array(fc.oneof(attach, move), { maxLength: 30 })

test('E: whatever is done, a label is on one version at most and AWSCURRENT on exactly one', () => {
  fc.assert(
    fc.property(steps, (sequence) => {
      run(sequence, (versions) => {
        const labels = all(versions)
        expect(new Set(labels).size).toBe(labels.length)
        expect(labels.filter((each) => each === 'AWSCURRENT')).toHaveLength(1)
      })
    }),
  )
})

test('E: when AWSCURRENT moves, AWSPREVIOUS goes to the version it left, unless the same call names it', () => {
  fc.assert(
    fc.property(steps, (sequence) => {
      run(sequence, (versions, step, before) => {
        const [from, to] = [holderOf(before, 'AWSCURRENT'), holderOf(versions, 'AWSCURRENT')]
        if (from === to || step.labels?.includes('AWSPREVIOUS')) return
        expect(holderOf(versions, 'AWSPREVIOUS')).toBe(from)
      })
    }),
  )
})

test('E: what is refused changes nothing', () => {
  fc.assert(
    fc.property(steps, (sequence) => {
      run(sequence, (versions, _step, before, failed) => {
        if (failed) expect(versions).toEqual(before)
      })
    }),
  )
})

test('E: a move is accepted exactly when it names the version that has the label', () => {
  fc.assert(
    fc.property(steps, (sequence) => {
      run(sequence, (_versions, step, before, failed) => {
        if (step.kind !== 'move') return
        const holder = holderOf(before, step.label ?? '')
        const named = step.from === holder || (step.from === undefined && (holder === step.to || holder === undefined))
        const removesCurrent = step.label === 'AWSCURRENT' && step.to === undefined
        expect(failed).toBe(!named || removesCurrent)
      })
    }),
  )
})

test('E: the twenty-first label is refused, and moving one of twenty is not', () => {
  const versions: Versions = { v1: { stages: [] }, v2: { stages: [] } }
  const labels = Array.from({ length: 20 }, (_, n) => `L${n}`)
  attachLabels(versions, 'v1', labels)

  expect(() => attachLabels(versions, 'v2', ['one-more'])).toThrow(/at most 20 staging labels/)
  attachLabels(versions, 'v2', ['L3'])

  expect(versions.v2?.stages).toEqual(['L3'])
  expect(all(versions)).toHaveLength(20)
})
