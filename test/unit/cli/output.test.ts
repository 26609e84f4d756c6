import { describe, expect, it } from 'vitest'
import { duration, moment } from '../../../cli/output/duration.ts'
import { runJobs } from '../../../cli/output/progress.ts'
import { fitting, pairs, table } from '../../../cli/output/table.ts'
import { PLAIN, type Terminal } from '../../../cli/output/terminal.ts'
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

const SECRETS = [
  { head: 'SECRET', cells: [{ text: 'one' }, { text: 'the-other' }] },
  { head: 'LAST ERROR', cells: [{ text: '-' }, { text: 'a cell that runs free', colour: 'red' as const }] },
]
const narrow = (columns: number): Terminal => ({ columns, paint: (colour, text) => `<${colour}>${text}</>` })

describe('table', () => {
  it('pads all columns but the last, and leaves no blanks at the end of a line', () => {
    expect(table(SECRETS, PLAIN)).toBe('SECRET     LAST ERROR\none        -\nthe-other  a cell that runs free')
  })

  it('cuts the last column at the width of a terminal, and paints what has a colour', () => {
    expect(table(SECRETS, narrow(20))).toBe(
      '<bold>SECRET   </>  <bold>LAST ERR…</>\none        -\nthe-other  <red>a cell t…</>',
    )
  })
})

describe('fitting', () => {
  const ways = [() => SECRETS, () => SECRETS.slice(0, 1)]
  it.each([
    [undefined, 2],
    [32, 2],
    [31, 1],
    [5, 1],
  ])('at %s columns shows %i of them', (columns, count) => {
    expect(fitting(ways, { ...PLAIN, columns })).toHaveLength(count)
  })
})

describe('pairs', () => {
  const rows = [
    ['  reason', 'one two three'],
    ['  last error', 'none', 'red'],
  ] as const

  it('stand below each other', () => {
    expect(pairs(rows, PLAIN)).toBe('  reason      one two three\n  last error  none')
  })

  it('go on in the next line at a space, where a line ends', () => {
    expect(pairs(rows, narrow(22))).toBe('  reason      one two\n              three\n  last error  <red>none</>')
  })

  it('never break a word', () => {
    expect(pairs([['id', 'a1fd940d-ff63-98f2-dc76-c2413e63e53c until']], narrow(10))).toBe(
      'id  a1fd940d-ff63-98f2-dc76-c2413e63e53c\n    until',
    )
  })
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
