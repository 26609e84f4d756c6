import type { Protocol, WireCall } from './protocol.ts'
import { AccessDeniedError, ServiceError } from './service-error.ts'

/** AWS JSON 1.0 and 1.1: the operation in `X-Amz-Target`, members in a JSON body. */
export const json: Protocol = {
  decode(request) {
    const target = request.headers['x-amz-target']
    if (target === undefined) return undefined
    return { operation: target.slice(target.lastIndexOf('.') + 1), input: () => parse(request.body) }
  },

  encode: (output, call) => ({ status: 200, headers: headersOf(call), body: toWireJson(output ?? {}) }),

  encodeError(error, call) {
    const status = error instanceof AccessDeniedError ? 400 : error.status
    return {
      status,
      headers: {
        ...headersOf(call),
        'x-amzn-errortype': error.code,
      },
      body: toWireJson({ ...error.fields, __type: error.code, message: error.message, Message: error.message }),
    }
  },
}

function headersOf({ request, requestId }: WireCall): Record<string, string> {
  return {
    'content-type': request.headers['content-type'] ?? 'application/x-amz-json-1.1',
    'x-amzn-requestid': requestId,
  }
}

function parse(body: Buffer): unknown {
  if (body.length === 0) return {}
  try {
    return JSON.parse(body.toString('utf8'))
  } catch {
    throw new ServiceError('SerializationException', 'The request body is not valid JSON.')
  }
}

/** JSON as AWS writes it: timestamps as epoch seconds, blobs as base64. */
export const toWireJson = (value: unknown): string => JSON.stringify(toWire(value))

function toWire(value: unknown): unknown {
  if (value instanceof Date) return value.getTime() / 1_000
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64')
  if (Array.isArray(value)) return value.map(toWire)
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, toWire(member)]))
}
