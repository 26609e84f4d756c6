import { describe, expect, it } from 'vitest'
import { formatGraceOnce, formatLastError, readGraceOnce, readLastError } from '../../../core/tags.ts'

describe('tags', () => {
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
    for (const text of [undefined, '', 'hello', '2026 x']) expect(readLastError(text)).toBeUndefined()
  })
})
