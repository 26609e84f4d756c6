import type { ServiceError } from './service-error.ts'

/** An HTTP request, read to its end. */
export interface WireRequest {
  readonly method: string
  /** Still percent-encoded, without the query. */
  readonly path: string
  readonly query: URLSearchParams
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly body: Buffer
}

export interface WireResponse {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | Uint8Array
}

export interface DecodedCall {
  readonly operation: string
  /** Reads the body. @throws ServiceError for one that cannot be read */
  input(): unknown
}

/** How a service's operations are named, and how inputs, outputs and errors are written, on the wire. */
export interface Protocol {
  /** The operation and its input, or undefined when the request is not of this protocol. */
  decode(request: WireRequest): DecodedCall | undefined
  /** In outputs a `Date` is a timestamp and a `Uint8Array` a blob; members that are undefined are left out. */
  encode(output: unknown, call: WireCall): WireResponse
  encodeError(error: ServiceError, call: WireCall): WireResponse
}

export interface WireCall {
  readonly request: WireRequest
  /** Undefined when the request could not be decoded. */
  readonly operation: string | undefined
  readonly requestId: string
}
