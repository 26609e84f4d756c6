import { describe, expect, it } from 'vitest'
import {
  formatGraceOnce,
  formatLastError,
  formatProxyReads,
  formatWhy,
  RUN_TAGS,
  readGraceOnce,
  readLastError,
  readProxyReads,
  readSupply,
  readWhy,
  SUPPLIED_LABEL,
  TAG,
} from '../../../core/tags.ts'

describe('tags', () => {
  it('that are written while the stack runs are told from those of the program', () => {
    const own = [TAG.graceOnce, TAG.lastError, TAG.lastErrorWhy, TAG.rolledBack, TAG.ended, TAG.told]
    expect([...RUN_TAGS].sort()).toEqual([...own].sort())
    for (const tag of [TAG.stack, TAG.strategy, TAG.grace, TAG.owner, TAG.proxy, TAG.proxyReads]) {
      expect(RUN_TAGS).not.toContain(tag)
    }
    expect(SUPPLIED_LABEL).toBe('SUPPLIED')
  })

  it('say who makes the next value, and nothing else does', () => {
    expect(['never', 'allowed', 'required'].map(readSupply)).toEqual(['never', 'allowed', 'required'])
    for (const other of [undefined, '', 'sometimes', 'Never']) expect(readSupply(other)).toBeUndefined()
  })

  it('binds a grace to one token', () => {
    const value = formatGraceOnce('1h', 'token-a')
    expect(readGraceOnce(value, 'token-a')).toBe('1h')
    expect(readGraceOnce(value, 'token-b')).toBeUndefined()
    expect(readGraceOnce(undefined, 'token-a')).toBeUndefined()
  })

  it('reads the last error back, and nothing from other text', () => {
    const error = { at: new Date('2026-11-22T10:00:00Z'), step: 'testSecret', code: 'target-unreachable' }
    expect(readLastError(formatLastError(error))).toEqual(error)
    expect(formatLastError({ ...error, code: 'x'.repeat(500) })).toHaveLength(256)
    const others = [
      undefined,
      '',
      'hello',
      '2026 x',
      '2026',
      'soon testSecret out-of-time',
      '2026-11-22T10:00:00Z  out-of-time',
    ]
    for (const text of others) expect(readLastError(text), text).toBeUndefined()
  })
})

describe('part of B16: why a step failed, in a tag', () => {
  it.each([
    ['short', 'Short, with a pattern: ^[a-z]{3}$.'],
    ['of other letters', 'Grün ist die Hoffnung, 希望.'],
  ])('carries a %s message whole', (_what, message) => {
    expect(readWhy(formatWhy(message))).toBe(message)
  })

  it('cuts a long one at the end of a sentence, and within what a tag takes', () => {
    const message = `First sentence. Second one. ${'x'.repeat(400)}`
    expect(readWhy(formatWhy(message))).toBe('First sentence. Second one.')
    for (const long of [message, 'é'.repeat(400), '希'.repeat(400)]) {
      expect(formatWhy(long)).toMatch(/^[A-Za-z0-9_-]{1,256}$/)
      expect(readWhy(formatWhy(long))).not.toContain('\uFFFD')
    }
    expect(readWhy(formatWhy('x'.repeat(400)))).toMatch(/^x{189}…$/)
    expect(readWhy(formatWhy('x'.repeat(193)))).toMatch(/^x{189}…$/)
    expect(readWhy(formatWhy('x'.repeat(192)))).toBe('x'.repeat(192))
  })

  it('is undefined where there is none', () => {
    expect(readWhy(undefined)).toBeUndefined()
    expect(readWhy('')).toBeUndefined()
  })
})

describe('how the proxy reads a secret', () => {
  it('is read back as written, and not from anything else', () => {
    expect(readProxyReads(formatProxyReads({ refreshSeconds: 30, maxStaleSeconds: 86_400 }))).toEqual({
      refreshSeconds: 30,
      maxStaleSeconds: 86_400,
    })
    for (const other of [undefined, '', '30', '30/', '-1/5', '1e3/5', '30/86400/1']) {
      expect(readProxyReads(other)).toBeUndefined()
    }
  })
})
