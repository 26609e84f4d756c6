import { expect, test } from 'vitest'
import { responseHeaders, responseTrailers } from '../../../../../proxy/data-plane/response/response-headers.ts'

const RESPONSE = { requestId: 'r1', status: 200, replay: undefined }

test('response headers keep order, case and duplicates, without the upstream hop', () => {
  const raw = [
    ...['Set-Cookie', 'a=1', 'Connection', 'X-Hop', 'X-Hop', '1', 'Set-Cookie', 'b=2', 'Transfer-Encoding', 'chunked'],
    ...[
      'Alt-Svc',
      'h3=":443"',
      'X-Keyturn-Replay',
      'forged',
      'X-Request-ID',
      'up-1',
      'Proxy-Authenticate',
      'x',
      'Keep-Alive',
      'timeout=5',
    ],
  ]

  expect(responseHeaders(raw, RESPONSE)).toEqual([
    ...['Set-Cookie', 'a=1', 'Set-Cookie', 'b=2', 'x-upstream-request-id', 'up-1', 'x-request-id', 'r1'],
  ])
  expect(responseHeaders([], { ...RESPONSE, replay: 'sibling' }).slice(-2)).toEqual(['x-keyturn-replay', 'sibling'])
})

test('content-length passes, but not on a 204', () => {
  expect(responseHeaders(['Content-Length', '5'], RESPONSE)).toContain('Content-Length')
  expect(responseHeaders(['Content-Length', '0'], { ...RESPONSE, status: 204 })).not.toContain('Content-Length')
})

test('trailers that frame, route or authenticate do not pass', () => {
  const raw = [
    'Grpc-Status',
    '0',
    'Content-Length',
    '5',
    'Authorization',
    'x',
    'Host',
    'x',
    'Set-Cookie',
    'a',
    'Transfer-Encoding',
    'x',
  ]

  expect(responseTrailers(raw)).toEqual([['Grpc-Status', '0']])
})
