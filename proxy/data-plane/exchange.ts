import type { IncomingMessage, ServerResponse } from 'node:http'
import type { SecretString } from '../../core/secret-string.ts'
import type { Route } from '../routes.ts'
import type { Connection } from '../wire/connections.ts'
import type { Verdict } from './attempt.ts'
import type { RequestBody } from './request/request-body.ts'

/** One request and its answer, from the head's arrival to the last byte. */
export interface Exchange {
  readonly id: string
  readonly request: IncomingMessage
  readonly response: ServerResponse
  /** Monotonic milliseconds. */
  readonly startedAt: number
  /** The client sent `Expect: 100-continue` and waits for leave to send its body. */
  readonly awaitsContinue: boolean
  /** The client sent another expectation, which nobody here meets. */
  readonly expectsUnknown: boolean
  /** Aborts when a drain has run out of time. */
  readonly cutOff: AbortSignal
  readonly connection: Connection
  readonly facts: Facts
}

/** What is known about an exchange when it is over; stages fill it in. */
export interface Facts {
  route?: string
  path?: string
  client?: string
  clientVersion?: string
  clientState?: string
  /** The caller's, where the credential is refused. */
  address?: string
  upstreamVersion?: string
  attempts: number
  /** The stable code of a refusal or of a failure on the way. */
  code?: string
  /** How it ended, when it was not a complete answer. */
  ended?: 'client-gone' | 'upstream-died' | 'cut-off'
  upstreamRequestId?: string
  replay?: string
  bytesIn: number
  bytesOut: number
  /** Monotonic moments of the attempt that was relayed. */
  dispatchedAt?: number
  headAt?: number
  relayedAt?: number
}

export interface Routed extends Exchange {
  readonly route: Route
  /** The upstream's path, base path included, without query. */
  readonly path: string
  /** Without its question mark; undefined when there is none. */
  readonly query: string | undefined
}

export interface Identified extends Routed {
  /** What the client proved itself with; stripped wherever it stands. */
  readonly credential: string
}

/** Free of everything that concerns only the client's hop or the client's credentials. */
export interface Stripped extends Identified {
  /** Names and values in turn, ready for injection. */
  readonly headers: readonly string[]
}

/** One try at the upstream, with one of the route's keys. */
export interface Attempt extends Stripped {
  readonly body: RequestBody | undefined
  /** The upstream key, which must not come back. */
  readonly key: SecretString
  /** Decides on the answer's status whether the answer is kept. */
  readonly judge: (status: number) => Verdict | Promise<Verdict>
}
