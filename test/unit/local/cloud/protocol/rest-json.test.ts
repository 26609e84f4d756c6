import { expect, test } from 'vitest'
import type { WireRequest } from '../../../../../local/cloud/protocol/protocol.ts'
import { RestResponse, restJson } from '../../../../../local/cloud/protocol/rest-json.ts'
import { AccessDeniedError } from '../../../../../local/cloud/protocol/service-error.ts'

const protocol = restJson([
  { method: 'GET', path: '/functions/{FunctionName}', operation: 'GetFunction' },
  { method: 'POST', path: '/functions/{FunctionName}/invocations', operation: 'Invoke', payload: 'Payload' },
  { method: 'PUT', path: '/functions/{FunctionName}', operation: 'Put', status: 201 },
  { method: 'DELETE', path: '/tags/{Resource+}', operation: 'Untag', status: 204 },
])

function request(method: string, target: string, body = ''): WireRequest {
  const [path = '', search = ''] = target.split('?')
  return { method, path, query: new URLSearchParams(search), headers: {}, body: Buffer.from(body) }
}

test('path, query and body members are joined, the path last', () => {
  const call = protocol.decode(
    request('PUT', '/functions/a%3Ab?Qualifier=1&k=x&k=y', '{"FunctionName":"other","Memory":1}'),
  )

  expect(call?.operation).toBe('Put')
  expect(call?.input()).toEqual({ FunctionName: 'a:b', Qualifier: '1', k: ['x', 'y'], Memory: 1 })
})

test('a payload stays bytes, a greedy label takes slashes, and an unknown path is nobody’s', () => {
  const invoke = protocol.decode(request('POST', '/functions/f/invocations', 'not json'))
  expect(invoke?.input()).toEqual({ FunctionName: 'f', Payload: Buffer.from('not json') })
  expect(protocol.decode(request('DELETE', '/tags/arn:aws:x/y'))?.input()).toEqual({ Resource: 'arn:aws:x/y' })
  expect(protocol.decode(request('GET', '/functions/f/other'))).toBeUndefined()
})

test('unreadable bodies and paths are errors of the client', () => {
  expect(() => protocol.decode(request('PUT', '/functions/f', '{'))?.input()).toThrow('not valid JSON')
  expect(() => protocol.decode(request('GET', '/functions/%zz'))?.input()).toThrow('percent-encoded')
})

test('answers carry timestamps in seconds, blobs in base64, and the status of their route', () => {
  const call = (operation: string) => ({ request: request('GET', '/'), operation, requestId: 'id' })

  const plain = protocol.encode({ At: new Date(1_500), Blob: Buffer.from('hi'), None: undefined }, call('Put'))
  expect(plain).toMatchObject({ status: 201, body: '{"At":1.5,"Blob":"aGk="}' })
  expect(protocol.encode(undefined, call('Untag'))).toMatchObject({ status: 204, body: '' })
  const own = protocol.encode(new RestResponse({ status: 202, headers: { 'x-a': 'b' }, body: 'raw' }), call('Invoke'))
  expect(own).toMatchObject({ status: 202, headers: { 'x-a': 'b', 'x-amzn-requestid': 'id' }, body: 'raw' })
  expect(protocol.encodeError(new AccessDeniedError('no'), call('Put'))).toMatchObject({
    status: 403,
    headers: { 'x-amzn-errortype': 'AccessDeniedException' },
  })
})
