import { SECOND } from '../../core/clock.ts'
import { nextAction } from '../../core/error-codes.ts'
import { KeyturnError } from '../../core/errors.ts'
import { firstSentence } from '../aws/rotation.ts'
import type { SecretStatus } from '../aws/secrets.ts'
import { moment } from './duration.ts'

/**
 * What an old key can do no more once it is over, as far as that is known: of one that Keyturn cannot revoke, nobody
 * but its issuer can say so.
 */
export function fateOf(secret: SecretStatus, now: Date): string {
  if (secret.presentedBy === 'clients') return refusedByProxies(secret, now)
  if (secret.revokedBy === 'keyturn') return 'is revoked at its provider'
  if (secret.supply === 'required') return 'is retired here; revoke it where it was issued'
  return 'is retired here; what still holds it must be given the new one'
}

/** A proxy refuses an old key once it has looked at the labels: how soon that is, and what may put it off. */
function refusedByProxies({ proxyReads }: SecretStatus, now: Date): string {
  if (!proxyReads) return 'is refused by whoever checks keys as soon as they have read the labels again'
  const { maxStaleSeconds } = proxyReads
  const within = proxyLag(proxyReads)
  const by = (seconds: number): string => moment(new Date(now.getTime() + seconds * SECOND))
  return (
    `is refused by every proxy within ${within} s, by ${by(within)}; ` +
    `a proxy that cannot reach Secrets Manager may accept it until ${by(maxStaleSeconds)}`
  )
}

/**
 * A version has become current, and the one that it replaces has not died, as it was to: an error.
 * @returns KeyturnError `old-key-not-retired` (needs-human)
 */
export function notRetired({ name, lastError }: SecretStatus, current: string, old: string): Error {
  const error = lastError?.step === 'retireSecret' ? lastError : undefined
  const why = error ? `${error.code}. ${firstSentence(error.why)}` : 'its retirement did not end. '
  return new KeyturnError(
    'old-key-not-retired',
    `${name}: version ${current} is current, but the old key (version ${old}) was not retired: ${why}Take it for alive until keyturn status ${name} ` +
      `no longer lists that version as expired; the sweeper goes on trying. ${error ? nextAction(error.code, name) : ''}`.trimEnd(),
  )
}

/** Seconds after which every proxy has read the labels: polls are jittered by a tenth, and two loads a second apart. */
export const proxyLag = ({ refreshSeconds }: { refreshSeconds: number }): number => Math.ceil(refreshSeconds * 1.1) + 1
