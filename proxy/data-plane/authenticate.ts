import type { ClientKeys } from '../keys/client-keys.ts'
import type { UnknownKeys } from '../keys/unknown-keys.ts'
import type { ProxyMetrics } from '../metrics.ts'
import { findCredentials } from './credentials.ts'
import type { Identified, Routed, Stage } from './exchange.ts'
import type { FailedAuthLimit } from './failed-auth-limit.ts'
import { Refusal } from './refusal.ts'

export interface AuthenticateOptions {
  readonly keys: Pick<ClientKeys, 'find' | 'complete'>
  readonly unknownKeys: UnknownKeys
  readonly limit: FailedAuthLimit
  readonly metrics: ProxyMetrics
}

/** Lets a request through when it carries exactly one key and that key is alive at this moment. */
export function authenticate(options: AuthenticateOptions): Stage<Routed, Identified> {
  const { keys, unknownKeys, limit, metrics } = options
  return (next) => async (exchange) => {
    const address = exchange.request.socket.remoteAddress ?? 'unknown'
    const refuse = (code: FailureCode, message: string): Refusal => {
      metrics.authFailures.inc({ code })
      if (limit.fail(address)) return new Refusal(code, message)
      return tooMany()
    }

    const [credential, ...others] = findCredentials(exchange.request.rawHeaders, exchange.query)
    if (credential === undefined) {
      throw refuse(
        'credential-missing',
        'Send a key as "Authorization: Bearer", x-api-key, api-key, x-goog-api-key or ?key=.',
      )
    }
    if (others.length > 0) {
      throw refuse('credential-ambiguous', 'The request carries several different keys. Send exactly one.')
    }
    const known = keys.find(credential)
    // A key that has just been issued may not have been read yet. One that fails too often is not worth the read.
    if (!known && limit.blocked(address)) throw tooMany()
    const match = known ?? (await unknownKeys.lookAgain(credential))
    if (!match && !keys.complete) throw unavailable()
    if (!match)
      throw refuse('key-unknown', 'The key is not known. Fetch the current value of your client key and use that.')

    const { facts } = exchange
    facts.client = match.client
    facts.clientVersion = match.versionId
    facts.clientState = match.state
    metrics.countClient(match)
    if (match.state === 'stale') throw unavailable()
    if (match.state === 'expired') {
      const until = match.deadline?.toISOString()
      throw refuse(
        'key-expired',
        `The key was replaced and stopped being accepted at ${until}. Fetch the current value of your client key.`,
      )
    }
    await next({ ...exchange, credential })
  }
}

type FailureCode = 'credential-missing' | 'credential-ambiguous' | 'key-unknown' | 'key-expired'

function tooMany(): Refusal {
  return new Refusal(
    'too-many-failed-attempts',
    'Too many requests with a wrong key came from your address. Correct the key, then try again.',
    {
      retryAfterSeconds: 30,
    },
  )
}

function unavailable(): Refusal {
  const message = 'Keys cannot be verified at the moment. Try again shortly.'
  return new Refusal('key-set-unavailable', message, { retryAfterSeconds: 5 })
}
