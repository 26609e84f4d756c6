import type { ClientKeys } from '../../keys/client-keys.ts'
import type { SecondLook, UnknownKeys } from '../../keys/unknown-keys.ts'
import type { ProxyMetrics } from '../../metrics.ts'
import { findCredentials, PLACES } from '../credentials/key-places.ts'
import type { RefusedKeys } from '../credentials/refused-keys.ts'
import type { Identified, Routed } from '../exchange.ts'
import type { FailedAuthLimit } from '../limits/failed-auth-limit.ts'
import { Refusal } from '../refusal.ts'
import type { Stage } from '../stage.ts'

export interface AuthenticateOptions {
  readonly keys: Pick<ClientKeys, 'find'>
  readonly unknownKeys: UnknownKeys
  readonly limit: FailedAuthLimit
  readonly refusedKeys: RefusedKeys
  readonly metrics: ProxyMetrics
}

/** Lets a request through when it carries exactly one key and that key is alive at this moment. */
export function authenticate(options: AuthenticateOptions): Stage<Routed, Identified> {
  const { keys, unknownKeys, limit, refusedKeys, metrics } = options
  return (next) => async (exchange) => {
    const { facts } = exchange
    const address = addressOf(exchange)
    const refuse = (code: FailureCode, message: string): Refusal => {
      metrics.authFailures.inc({ code })
      facts.address = address
      if (limit.fail(address)) return new Refusal(code, message)
      return tooMany()
    }

    const [credential, ...others] = findCredentials(exchange.request.rawHeaders, exchange.query)
    if (credential === undefined) {
      throw refuse('credential-missing', `Send a key as ${PLACES}.`)
    }
    if (others.length > 0) {
      throw refuse('credential-ambiguous', 'The request carries several different keys. Send exactly one.')
    }
    const match = await find(credential)
    if (match === 'undecided') throw unavailable()
    if (match === 'unknown')
      throw refuse('key-unknown', 'The key is not known. Fetch the current value of your client key and use that.')

    const { client, versionId, state, since } = match
    facts.client = client
    facts.clientVersion = versionId
    facts.clientState = state
    metrics.countClient(match)
    if (state === 'stale') throw unavailable()
    if (state === 'expired' || state === 'retired') {
      refusedKeys.note({ client, versionId, state, address })
      const when = since ? ` This proxy has not accepted it since ${since.toISOString()}.` : ''
      throw refuse('key-expired', `The key is over.${when} Fetch the current value of your client key and use that.`)
    }
    await next({ ...exchange, credential })
  }

  /**
   * A key that has just been issued, or put back, may not have been read yet. Whoever fails often is limited in the
   * answers, not here: behind one address a stranger must not keep an honest caller's new key out.
   */
  async function find(credential: string): Promise<SecondLook> {
    const known = keys.find(credential)
    if (known && known.state !== 'retired') return known
    const look = await unknownKeys.lookAgain(credential)
    return typeof look === 'object' ? look : (keys.find(credential) ?? look)
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

/** The caller's address as it is written down: an IPv4 address without its IPv6 clothing. */
function addressOf({ request }: Routed): string {
  return request.socket.remoteAddress?.replace(/^::ffff:(?=\d+\.)/i, '') ?? 'unknown'
}
