import { describe, expect, it } from 'vitest'
import { duration, moment } from '../../../cli/output/duration.ts'
import { runJobs } from '../../../cli/output/progress.ts'
import { table } from '../../../cli/output/table.ts'
import { DAY, HOUR, MINUTE, SECOND } from '../../../core/clock.ts'
import { nextAction } from '../../../core/error-codes.ts'

describe('duration', () => {
  it.each([
    [-5, '0 s'],
    [999, '0 s'],
    [SECOND, '1 s'],
    [59 * MINUTE + 12 * SECOND, '59 m 12 s'],
    [HOUR, '1 h'],
    [HOUR + 59 * SECOND, '1 h'],
    [6 * DAY + 3 * HOUR + 59 * MINUTE, '6 d 3 h'],
    [400 * DAY, '400 d'],
  ])('%i ms is %s', (ms, text) => expect(duration(ms)).toBe(text))
})

it('moment is UTC to the second, and says so', () => {
  expect(moment(new Date('2026-11-23T10:00:05.999Z'))).toBe('2026-11-23 10:00:05 UTC')
})

it('table pads all columns but the last, and leaves no blanks at the end of a line', () => {
  expect(
    table([
      ['A', 'BB', 'C'],
      ['long', 'x', 'a cell that runs free'],
      ['', '', ''],
    ]),
  ).toBe('A     BB  C\nlong  x   a cell that runs free\n')
})

describe('nextAction', () => {
  it('names the secret in the command to run', () => {
    expect(nextAction('nothing-supplied', 'keyturn/dev/telegram')).toContain(
      'keyturn rotate keyturn/dev/telegram --value-from -',
    )
  })

  it.each(['SomethingNew', 'constructor', ''])('falls back to the log for %j', (code) => {
    expect(nextAction(code, 'keyturn/dev/x')).toMatch(/log has the whole message; then: keyturn rotate keyturn\/dev\/x/)
  })
})

describe('runJobs', () => {
  const run = async (style: 'lines' | 'none') => {
    const printed: string[] = []
    const outcomes = await runJobs<number>(
      [
        {
          title: 'one',
          run: async (report) => {
            for (const waited of [0, 300, 600]) report('working', waited)
            report('nearly there')
            return { result: 1, summary: 'done' }
          },
        },
        { title: 'two', run: () => Promise.reject(new Error('broken')) },
      ],
      { style, print: (line) => printed.push(line) },
    )
    return { printed, outcomes }
  }

  it('prints a change once, and leaves errors to the caller', async () => {
    const { printed, outcomes } = await run('lines')
    expect(printed).toEqual(['one: working', 'one: nearly there', 'one: done'])
    expect(outcomes).toEqual([
      { status: 'fulfilled', value: 1 },
      { status: 'rejected', reason: new Error('broken') },
    ])
  })

  it('prints nothing where JSON follows', async () => {
    const { printed, outcomes } = await run('none')
    expect(printed).toEqual([])
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected'])
  })
})
