import { SECOND } from '../../core/clock.ts'
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

/** Seconds after which every proxy has read the labels: polls are jittered by a tenth, and two loads a second apart. */
export const proxyLag = ({ refreshSeconds }: { refreshSeconds: number }): number => Math.ceil(refreshSeconds * 1.1) + 1
