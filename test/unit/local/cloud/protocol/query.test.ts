import { expect, test } from 'vitest'
import { query } from '../../../../../local/cloud/protocol/query.ts'
import { AccessDeniedError, ServiceError } from '../../../../../local/cloud/protocol/service-error.ts'
import { XmlMap } from '../../../../../local/cloud/protocol/xml.ts'

const protocol = query({ xmlNamespace: 'urn:test', accessDeniedCode: 'AuthorizationError' })
const request = {
  method: 'POST',
  path: '/',
  query: new URLSearchParams(),
  headers: {},
  body: Buffer.from('Action=List&A=1'),
}
const call = { request, operation: 'List', requestId: 'id-1' }

test('an answer is XML with lists, maps, timestamps and escaped text, and without what is undefined', () => {
  const output = {
    Names: ['a<b', 'c'],
    Map: new XmlMap({ k: 'v&w' }),
    At: new Date(0),
    None: undefined,
    Deep: { On: true },
  }

  expect(protocol.encode(output, call).body).toBe(
    '<ListResponse xmlns="urn:test"><ListResult><Names><member>a&lt;b</member><member>c</member></Names>' +
      '<Map><entry><key>k</key><value>v&amp;w</value></entry></Map><At>1970-01-01T00:00:00.000Z</At>' +
      '<Deep><On>true</On></Deep></ListResult><ResponseMetadata><RequestId>id-1</RequestId></ResponseMetadata></ListResponse>',
  )
})

test('errors carry their code, and a refusal the service’s own', () => {
  expect(protocol.encodeError(new ServiceError('NoSuchEntity', 'gone', 404), call)).toMatchObject({
    status: 404,
    body: expect.stringContaining('<Error><Type>Sender</Type><Code>NoSuchEntity</Code><Message>gone</Message></Error>'),
  })
  expect(protocol.encodeError(new AccessDeniedError('no'), call)).toMatchObject({
    status: 403,
    body: expect.stringContaining('<Code>AuthorizationError</Code>'),
  })
})

test('a request with a JSON target is not of this protocol', () => {
  expect(protocol.decode(request)?.input()).toEqual({ A: '1' })
  expect(protocol.decode({ ...request, headers: { 'x-amz-target': 'T.List' } })).toBeUndefined()
})
