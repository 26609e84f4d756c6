import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { ERROR_CODES, ERROR_GROUPS, EXIT, isErrorCode, nextAction } from '../../../core/error-codes.ts'
import { KeyturnError } from '../../../core/errors.ts'

const ROOMS = ['core', 'lambdas', 'proxy', 'cli', 'infra', 'local']
const sources = ROOMS.flatMap((room) => {
  const folder = fileURLToPath(new URL(`../../../${room}/`, import.meta.url))
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !(room === 'core' && file === 'error-codes.ts'))
    .map((file) => readFileSync(folder + file, 'utf8'))
})

/** `grace-over`, `label-budget-exhausted` (terminal) */
const TOLD = /((?:`[a-z-]+`(?:,| and| or)?[\s*]*)+)\((retryable|terminal|needs-human)\)/g

describe('error codes', () => {
  it('stand in one group each', () => {
    const codes = Object.values(ERROR_GROUPS).flatMap((group) => Object.keys(group))
    expect(codes).toEqual([...new Set(codes)])
    expect(codes.toSorted()).toEqual(Object.keys(ERROR_CODES).toSorted())
  })

  it.each(Object.keys(ERROR_CODES))('%s is raised somewhere', (code) => {
    expect(sources.some((text) => text.includes(`'${code}'`) || new RegExp(`\\b${code}: \\d`).test(text))).toBe(true)
  })

  it.each(Object.entries(ERROR_CODES))(
    '%s says in sentences what happened and what to do',
    (_code, { means, next }) => {
      expect(means).toMatch(/^[A-Z-].*\.$/)
      expect(next.length).toBeGreaterThan(8)
      expect(next.replaceAll('{name}', '').replaceAll('{then}', '')).not.toMatch(/[{}]/)
    },
  )

  it('have the kind that the docstrings tell', () => {
    const wrong = sources.flatMap((text) =>
      [...text.matchAll(/\/\*\*.*?\*\//gs)].flatMap(([comment]) =>
        [...comment.matchAll(TOLD)].flatMap(([, codes = '', kind]) =>
          [...codes.matchAll(/[a-z-]+/g)]
            .filter(([code]) => isErrorCode(code) && ERROR_CODES[code].kind !== kind)
            .map(String),
        ),
      ),
    )
    expect(wrong).toEqual([])
  })

  it('give an error its kind', () => {
    expect(new KeyturnError('wait-timeout', 'later')).toMatchObject({ code: 'wait-timeout', kind: 'retryable' })
    expect(ERROR_CODES['wait-timeout'].exit).toBe(EXIT.waitTimeout)
    expect(ERROR_CODES['secret-not-found'].exit).toBe(EXIT.badInput)
  })

  it.each(['constructor', 'toString', '__proto__', 'unheard-of', ''])('%j is none', (code) => {
    expect(isErrorCode(code)).toBe(false)
    expect(nextAction(code, 'keyturn/dev/x')).toBe(
      "The rotation function's log has the whole message; then: keyturn rotate keyturn/dev/x",
    )
  })
})
