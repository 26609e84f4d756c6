import fc from 'fast-check'
import { expect, test } from 'vitest'
import { SecretString } from '../../../../../core/secret-string.ts'
import { requestHeaders } from '../../../../../proxy/data-plane/request/request-headers.ts'
import { withKey } from '../../../../../proxy/data-plane/stages/inject-key.ts'

const KEY = `kt_${'c'.repeat(43)}`
const UPSTREAM = new SecretString('sk-upstream')

test('hop-by-hop fields, those named in Connection, Host, framing and forwarding are not passed on', () => {
  const raw = [
    ...['Host', 'proxy', 'Connection', 'keep-alive, X-Foo', 'X-Foo', '1', 'Keep-Alive', 'timeout=5', 'TE', 'trailers'],
    ...[
      'Trailer',
      'x',
      'Transfer-Encoding',
      'chunked',
      'Upgrade',
      'h2c',
      'Proxy-Connection',
      'x',
      'Proxy-Authorization',
      'x',
    ],
    ...[
      'HTTP2-Settings',
      'x',
      'Expect',
      '100-continue',
      'Content-Length',
      '3',
      'X-Forwarded-For',
      '1.2.3.4',
      'X-Real-IP',
      '1.2.3.4',
    ],
    ...['Forwarded', 'for=1.2.3.4', 'Via', '1.1 x', 'X-Request-Id', 'r'],
    ...['Content-Type', 'application/json', 'X-Bar', '1', 'x-bar', '2'],
  ]

  expect(requestHeaders(raw, KEY)).toEqual(['Content-Type', 'application/json', 'X-Bar', '1', 'x-bar', '2'])
})

test('part of C3: every client credential goes, in any spelling and any header that holds it', () => {
  const raw = [
    ...['Authorization', 'Bearer other', 'X-API-Key', 'x', 'x_api_key', 'x', 'api-key', 'x', 'x-goog-api-key', 'x'],
    ...['X-Custom', `prefix ${KEY}`, 'Cookie', `key=${KEY}; a=b`, 'Accept', '*/*'],
  ]

  expect(requestHeaders(raw, KEY)).toEqual(['Cookie', 'a=b', 'Accept', '*/*'])
})

test('the upstream key goes in last, in the header that the route names', () => {
  expect(withKey(['Accept', '*/*'], { scheme: 'bearer' }, UPSTREAM)).toEqual([
    'Accept',
    '*/*',
    'authorization',
    'Bearer sk-upstream',
  ])
  expect(
    withKey(['xi-api-key', 'client', 'XI_API_KEY', 'client'], { scheme: 'header', header: 'xi-api-key' }, UPSTREAM),
  ).toEqual(['xi-api-key', 'sk-upstream'])
})

test('whatever the client sends, exactly one key goes out: the upstream one', () => {
  const names = fc.constantFrom(
    'authorization',
    'Authorization',
    'connection',
    'x-api-key',
    'X_Api_Key',
    'te',
    'accept',
    'cookie',
  )
  const values = fc.constantFrom(
    `Bearer ${KEY}`,
    KEY,
    'authorization',
    'x-api-key, authorization',
    'close',
    `key=${KEY}`,
    'a',
  )
  const auths = fc.constantFrom({ scheme: 'bearer' as const }, { scheme: 'header' as const, header: 'x-api-key' })
  fc.assert(
    fc.property(fc.array(fc.tuple(names, values)), auths, (pairs, auth) => {
      const out = withKey(requestHeaders(pairs.flat(), KEY), auth, UPSTREAM)
      expect(out.join('\n')).not.toContain(KEY)
      expect(out.slice(-2)).toEqual(
        auth.scheme === 'bearer' ? ['authorization', 'Bearer sk-upstream'] : ['x-api-key', 'sk-upstream'],
      )
      const keyNames = out.filter((text, index) => index % 2 === 0 && /^(authorization|x.api.key)$/i.test(text))
      expect(keyNames).toHaveLength(1)
    }),
  )
})
