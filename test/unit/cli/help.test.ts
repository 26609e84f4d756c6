import { describe, expect, it } from 'vitest'
import { fitTo } from '../../../cli/output/help.ts'

const EXAMPLES = `
Examples:
  $ keyturn status                 # every secret
  $ keyturn rotate openai --wait   # planned, with the configured grace`

describe('words of help', () => {
  it('stand as they are where they fit', () => {
    expect(fitTo(EXAMPLES, 80)).toBe(EXAMPLES)
  })

  it('have what is said of examples above all of them where one does not fit', () => {
    expect(fitTo(EXAMPLES, 40)).toBe(`
Examples:
  # every secret
  $ keyturn status
  # planned, with the configured grace
  $ keyturn rotate openai --wait`)
  })

  it('wrap prose and comments between words, and never a command', () => {
    expect(fitTo('Exit codes: 0 done · 1 it failed', 20)).toBe('Exit codes: 0 done ·\n1 it failed')
    expect(fitTo('  $ keyturn rotate openai  # a b c d e f g', 12)).toBe(
      '  # a b c d\n  # e f g\n  $ keyturn rotate openai',
    )
  })
})
