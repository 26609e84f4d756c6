import { json } from './json.ts'
import type { Protocol, WireRequest, WireResponse } from './protocol.ts'
import { query } from './query.ts'
import { restJson } from './rest-json.ts'
import type { ServiceError } from './service-error.ts'
import { renderXml } from './xml.ts'

/**
 * The protocol in which a service answers that the local cloud does not have: told by the request's form, and by the
 * name where forms are alike. A client that reads XML must be told in XML what is missing.
 */
export function protocolOf(request: WireRequest, service: string): Pick<Protocol, 'encodeError'> {
  if (request.headers['x-amz-target'] !== undefined) return json
  if (QUERY.decode(request)) return service === 'ec2' ? { encodeError: ec2Error } : QUERY
  if (REST_XML.has(service)) return { encodeError: (error) => xmlAnswer(error, s3Error(error)) }
  return REST_JSON
}

const QUERY = query({ xmlNamespace: 'https://amazonaws.com/doc/' })
const REST_JSON = restJson([])
const REST_XML = new Set(['s3', 's3express', 's3-outposts', 'cloudfront', 'route53'])

const codeAndMessage = ({ code, message }: ServiceError) => ({ Code: code, Message: message })

const ec2Error = (error: ServiceError): WireResponse =>
  xmlAnswer(error, renderXml('Response', { Errors: { Error: codeAndMessage(error) } }))

const s3Error = (error: ServiceError): string => renderXml('Error', codeAndMessage(error))

const xmlAnswer = ({ status }: ServiceError, body: string): WireResponse => ({
  status,
  headers: { 'content-type': 'text/xml' },
  body,
})
