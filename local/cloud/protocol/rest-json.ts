import { toWireJson } from './json.ts'
import type { DecodedCall, Protocol, WireCall, WireRequest, WireResponse } from './protocol.ts'
import { AccessDeniedError, ServiceError } from './service-error.ts'

export interface RestRoute {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE' | 'PATCH'
  /** `/2015-03-31/functions/{FunctionName}/invocations`; `{Name+}` takes the rest of the path. */
  readonly path: string
  readonly operation: string
  /** Status of a plain answer; 200 unless given. */
  readonly status?: number
  /** The member that the raw body becomes (a Buffer), for operations whose body is a payload and not JSON. */
  readonly payload?: string
}

/** An answer that is more than a JSON object: its own status, headers or bytes. */
export class RestResponse {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | Uint8Array

  constructor(options: { status?: number; headers?: Readonly<Record<string, string>>; body?: string | Uint8Array }) {
    this.status = options.status ?? 200
    this.headers = options.headers ?? {}
    this.body = options.body ?? ''
  }
}

/**
 * REST-JSON: method and path name the operation. The input joins path, query and body members; query members are text,
 * or lists of text when repeated.
 */
export function restJson(routes: readonly RestRoute[]): Protocol {
  const table = routes.map((route) => ({ route, pattern: compile(route.path) }))

  return {
    decode(request) {
      for (const { route, pattern } of table) {
        const match = route.method === request.method ? pattern.exec(request.path) : null
        if (match) return decodeRoute(route, match, request)
      }
      return undefined
    },

    encode(output, call) {
      if (output instanceof RestResponse) {
        return { ...output, headers: { ...headersOf(call), ...output.headers } }
      }
      const status = routes.find(({ operation }) => operation === call.operation)?.status ?? 200
      return { status, headers: headersOf(call), body: status === 204 ? '' : toWireJson(output ?? {}) }
    },

    encodeError(error, call): WireResponse {
      return {
        status: error instanceof AccessDeniedError ? 403 : error.status,
        headers: { ...headersOf(call), 'x-amzn-errortype': error.code },
        body: toWireJson({ Type: 'User', ...error.fields, message: error.message, Message: error.message }),
      }
    },
  }
}

const headersOf = ({ requestId }: WireCall): Record<string, string> => ({
  'content-type': 'application/json',
  'x-amzn-requestid': requestId,
})

function compile(path: string): RegExp {
  const pattern = path.replaceAll(/\{(\w+)\+\}/g, '(?<$1>.+)').replaceAll(/\{(\w+)\}/g, '(?<$1>[^/]+)')
  return new RegExp(`^${pattern}/?$`)
}

function decodeRoute(route: RestRoute, match: RegExpExecArray, request: WireRequest): DecodedCall {
  return {
    operation: route.operation,
    input: () => ({
      ...(route.payload === undefined ? parse(request.body) : { [route.payload]: request.body }),
      ...queryMembers(request.query),
      ...Object.fromEntries(Object.entries(match.groups ?? {}).map(([name, value]) => [name, decodeSegment(value)])),
    }),
  }
}

const queryMembers = (query: URLSearchParams): Record<string, unknown> =>
  Object.fromEntries(
    [...new Set(query.keys())].map((name) => {
      const values = query.getAll(name)
      return [name, values.length > 1 ? values : values[0]]
    }),
  )

function decodeSegment(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch {
    throw new ServiceError('SerializationException', 'The request path is not validly percent-encoded.')
  }
}

function parse(body: Buffer): Record<string, unknown> {
  if (body.length === 0) return {}
  try {
    return JSON.parse(body.toString('utf8'))
  } catch {
    throw new ServiceError('SerializationException', 'The request body is not valid JSON.')
  }
}
