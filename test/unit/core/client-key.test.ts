import { expect, it } from 'vitest'
import { CLIENT_KEY, CLIENT_KEY_LENGTH, CLIENT_KEY_PREFIX } from '../../../core/client-key.ts'

it('a client key is its prefix and 43 characters of base64url, wherever it stands', () => {
  const key = `${CLIENT_KEY_PREFIX}${'aZ09-_'.repeat(7)}x`
  expect(key).toHaveLength(CLIENT_KEY_LENGTH)
  expect(CLIENT_KEY.exec(`the key ${key}, and more`)?.[0]).toBe(key)
  for (const other of [key.slice(0, -1), key.replace('aZ', 'a+'), key.slice(3), '']) {
    expect(CLIENT_KEY.test(other), other).toBe(false)
  }
})
