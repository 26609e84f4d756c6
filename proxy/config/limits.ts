import * as z from 'zod'
import { strictObject } from './strict-object.ts'

const KIB = 1024
const MIB = 1024 * KIB

const bytes = (fallback: number, max: number) => bounded(fallback, 0, max, 'bytes')
const seconds = (fallback: number, max: number, min = 0.01) => bounded(fallback, min, max, 'seconds')

function bounded(fallback: number, min: number, max: number, unit: string) {
  const message = `must be ${min} to ${max} ${unit}`
  return z.number(message).min(min, message).max(max, message).default(fallback)
}

/** The optional `limits` object of the proxy's configuration. Every value has a default that suits LLM traffic. */
export const limitsSchema = strictObject({
  /** A request's head; over it the answer is 431. */
  headBytes: bytes(16 * KIB, MIB),
  /** A request's body; over it the answer is 413. */
  bodyBytes: bytes(100 * MIB, 5 * 1024 * MIB),
  /** Largest body that is kept for a replay with a sibling key. */
  replayBodyBytes: bytes(MIB, 64 * MIB),
  /** Of callers with an accepted key; strangers, without one, hold half as many at most. */
  connections: bounded(10_000, 1, 1_000_000, 'connections'),
  /** For how long a connection may take to its first request's head while no accepted key has come over it. */
  strangerSeconds: seconds(10, 600),
  /** Failed authentications an address may make each minute before it is answered 429. */
  failedAuthPerMinute: bounded(60, 1, 1_000_000, 'a minute'),
  /** For how long a client key is named after its end: in the log, in the metrics, and to whoever presents it. */
  retiredKeySeconds: seconds(604_800, 2_592_000, 0),
  /** For how long a client may take to send a request's head; a stranger has `strangerSeconds` if that is less. */
  headSeconds: seconds(30, 600),
  /** For how long a client may fall silent inside a request's body. */
  bodyIdleSeconds: seconds(60, 3_600),
  upstreamConnectSeconds: seconds(10, 120),
  /** From the request's end to the head of the upstream's answer: reasoning models think for minutes. */
  upstreamHeadSeconds: seconds(900, 7_200),
  /** Silence inside a response; the total time of a stream is not limited. */
  streamIdleSeconds: seconds(900, 7_200),
  /** Longer than the load balancer's own idle time (at most 4,000 s), so that it never reuses a closed connection. */
  clientKeepAliveSeconds: seconds(4_010, 7_200),
  /** Between "not ready" and closing the port, for the load balancer to notice. */
  lameDuckSeconds: seconds(5, 60, 0),
  /** After which streams still open are ended; ECS kills the task at 120 s. */
  drainSeconds: seconds(110, 118),
})

export type Limits = z.infer<typeof limitsSchema>
