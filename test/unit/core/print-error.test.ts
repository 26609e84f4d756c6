import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { KeyturnError, ProblemsError } from '../../../core/errors.ts'
import { fold, printError } from '../../../core/print-error.ts'

describe('an error as a person reads it', () => {
  it('is its message and its code', () => {
    expect(printError(new KeyturnError('port-taken', 'Port 1 is taken.'))).toBe('Port 1 is taken. [port-taken]')
    const problems = [{ path: '--port', message: 'is taken' }]
    expect(printError(new ProblemsError('port-taken', 'Nothing was started:', problems))).toBe(
      'Nothing was started:\n  --port: is taken [port-taken]',
    )
  })

  it('sets mistakes of a file below each other, each with its place', () => {
    const error = new ProblemsError('config-invalid', 'a.yaml has 3 mistakes:', [
      { file: 'a.yaml', line: 3, column: 1, path: '', message: 'is indented with a tab' },
      { file: 'a.yaml', line: 5, path: 'secrets.one.grace', message: 'is too long for the width that is left' },
      { path: 'values', message: 'is missing' },
    ])
    expect(printError(error, 24)).toBe(`a.yaml has 3 mistakes [config-invalid]:

a.yaml:3:1
  is indented with a tab

a.yaml:5  secrets.one.grace
  is too long for the
  width that is left

values
  is missing`)
    expect(error.message).toContain('\n  a.yaml:5: secrets.one.grace: is too long')
    expect(error.toJSON().problems).toHaveLength(3)
  })

  it('folds at spaces alone, loses nothing, and goes over the width with single words only', () => {
    const text = fc.array(fc.string({ minLength: 1, maxLength: 30, unit: fc.constantFrom('a', '"', '–', '/') }), {
      minLength: 1,
    })
    fc.assert(
      fc.property(text, fc.integer({ min: 10, max: 100 }), fc.constantFrom('', '  '), (words, width, indent) => {
        const lines = fold(words.join(' '), width, indent).split('\n')
        expect(lines.map((line) => line.slice(indent.length)).join(' ')).toBe(words.join(' '))
        for (const line of lines) {
          expect(line.startsWith(indent)).toBe(true)
          if (line.slice(indent.length).includes(' ')) expect(line.length).toBeLessThanOrEqual(width)
        }
      }),
    )
  })
})
