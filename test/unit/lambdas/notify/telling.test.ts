import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DAY, HOUR, MINUTE } from '../../../../core/clock.ts'
import type { Condition } from '../../../../lambdas/notify/condition.ts'
import { standingMessage } from '../../../../lambdas/notify/message.ts'
import { telling } from '../../../../lambdas/notify/tell.ts'
import { formatTold, readTold } from '../../../../lambdas/notify/told.ts'

const START = new Date('2026-11-24T10:00:00Z')
const at = (ms: number): Date => new Date(START.getTime() + ms)

const failed: Condition = {
  code: 'rotation-failed',
  kind: 'needs-human',
  since: START,
  headline: 'its rotation has failed',
  what: 'The current value stays in force.',
  why: 'The provider refused (provider-call-refused in createSecret)',
  actions: ['keyturn rotate keyturn/dev/openai'],
}

/** Looks every few minutes while `standing` says so, and notes who was told what and when. */
function watch(standing: (ms: number) => readonly Condition[], until: number, every = 5 * MINUTE): string[] {
  let tag: string | undefined
  const told: string[] = []
  for (let ms = 0; ms <= until; ms += every) {
    const { messages, tag: next } = telling('keyturn/dev/openai', standing(ms), tag, { now: at(ms) })
    tag = next ?? tag
    for (const { attributes } of messages) told.push(`${attributes.code} ${attributes.state} at ${ms / HOUR} h`)
  }
  return told
}

describe('telling people what stands', () => {
  it('tells a condition once, again after 1 h, 6 h, a day, then weekly, and once when it is over', () => {
    const days = 20
    expect(watch((ms) => (ms < days * DAY ? [failed] : []), days * DAY + HOUR)).toEqual([
      'rotation-failed raised at 0 h',
      'rotation-failed standing at 1 h',
      'rotation-failed standing at 7 h',
      'rotation-failed standing at 31 h',
      'rotation-failed standing at 55 h',
      'rotation-failed standing at 79 h',
      'rotation-failed standing at 247 h',
      'rotation-failed standing at 415 h',
      'rotation-failed over at 480 h',
    ])
  })

  it('says nothing of what passes within its patience, neither that it was nor that it is over', () => {
    const patient = { ...failed, patienceMs: HOUR }
    expect(watch((ms) => (ms < 55 * MINUTE ? [patient] : []), DAY)).toEqual([])
    expect(watch(() => [patient], 90 * MINUTE)).toEqual(['rotation-failed raised at 1 h'])
  })

  it('keeps each condition of a secret apart', () => {
    const label: Condition = { ...failed, code: 'grace-label-unusable' }
    const told = watch((ms) => [...(ms < 2 * HOUR ? [failed] : []), ...(ms >= HOUR ? [label] : [])], 2 * HOUR, HOUR)
    expect(told).toEqual([
      'rotation-failed raised at 0 h',
      'rotation-failed standing at 1 h',
      'grace-label-unusable raised at 1 h',
      'grace-label-unusable standing at 2 h',
      'rotation-failed over at 2 h',
    ])
  })

  it('begins anew when a condition comes back', () => {
    expect(watch((ms) => (ms === HOUR ? [] : [failed]), 2 * HOUR, HOUR)).toEqual([
      'rotation-failed raised at 0 h',
      'rotation-failed over at 1 h',
      'rotation-failed raised at 2 h',
    ])
  })

  it('leaves repeating, and that it is over, to sweeps, since events may come side by side', () => {
    const first = telling('s', [failed], undefined, { now: at(0), raiseOnly: true })
    expect(first.messages).toMatchObject([{ attributes: { state: 'raised' } }])
    const later = { now: at(DAY), raiseOnly: true }
    expect(telling('s', [failed], first.tag, later)).toEqual({ messages: [], tag: undefined })
    expect(telling('s', [], first.tag, later)).toEqual({ messages: [], tag: undefined })
    expect(telling('s', [], first.tag, { now: at(DAY) }).messages).toMatchObject([{ attributes: { state: 'over' } }])
  })

  it('fits all it can say into one tag, in the characters that a tag takes', () => {
    const codes = ['rotation-failed', 'not-retired', 'grace-label-unusable', 'not-ordered', 'rotation-function-missing']
    const told = new Map(codes.map((code) => [code, { since: at(0), last: at(DAY), count: 999 }]))
    expect(formatTold(told)).toMatch(/^[\p{L}\p{Z}\p{N}_.:/=+\-@]{1,256}$/u)
    expect(readTold(formatTold(told))).toEqual(told)
  })

  it('reads any text without failing, as not told what it cannot read', () => {
    fc.assert(fc.property(fc.string(), (text) => void readTold(text)))
    expect(readTold('rotation-failed').size).toBe(0)
    expect(readTold(undefined).size).toBe(0)
  })
})

describe('a message', () => {
  const standing = { state: 'raised', condition: failed, since: START, repeatedInMs: HOUR } as const

  it('tells what is so, since when, why, and what to do, to a person who knows nothing else', () => {
    const { subject, text, attributes } = standingMessage({ ...standing, secret: 'keyturn/dev/openai' })
    expect(subject).toBe('Keyturn: its rotation has failed: keyturn/dev/openai')
    expect(text).toContain('keyturn/dev/openai: its rotation has failed\n')
    expect(text).toContain('Since:  2026-11-24 10:00 UTC')
    expect(text).toContain('Why:    The provider refused')
    expect(text).toContain('  keyturn rotate keyturn/dev/openai\n')
    expect(attributes).toEqual({
      code: 'rotation-failed',
      secret: 'keyturn/dev/openai',
      kind: 'needs-human',
      state: 'raised',
    })
  })

  it('has a subject that SNS takes, however the secret is called', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1, maxLength: 512 }), (secret) => {
        expect(standingMessage({ ...standing, secret }).subject).toMatch(/^[\x20-\x7e]{1,100}$/)
      }),
    )
  })

  it('masks what looks like a credential, wherever it came from', () => {
    const condition = { ...failed, why: 'refused sk-proj-0123456789abcdef' }
    expect(standingMessage({ ...standing, secret: 's', condition }).text).not.toContain('sk-proj-0123456789abcdef')
  })
})
