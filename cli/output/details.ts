import { nextAction } from '../../core/error-codes.ts'
import type { SecretStatus } from '../aws/secrets.ts'
import { duration, moment } from './duration.ts'
import { nextRotation } from './overview.ts'
import { pairs } from './table.ts'
import type { Colour, Terminal } from './terminal.ts'

/** One secret with all its versions, each with what it is and until when. */
export function details(secret: SecretStatus, now: Date, terminal: Terminal): string {
  const { keys, lastError: error, rolledBack } = secret
  const next = nextRotation(secret, now)
  const back = rolledBack?.to === keys.current ? rolledBack : undefined
  const rows: (readonly [string, string, (Colour | undefined)?])[] = [
    ['  strategy', secret.strategy],
    ['  owner', secret.owner ?? '-'],
    ['  grace', secret.grace ?? '-'],
    ['  current', keys.current ?? 'none: the secret has no value yet'],
    ...(keys.pending ? [['  pending', keys.pending, 'yellow'] as const] : []),
    ...keys.grace.map(
      ({ versionId, deadline }) =>
        [
          '  in grace',
          `${versionId}  until ${moment(deadline)} (${duration(deadline.getTime() - now.getTime())} left)`,
          'green',
        ] as const,
    ),
    ...keys.expired.map(
      ({ versionId, deadline }) =>
        [
          '  expired',
          `${versionId}  since ${moment(deadline)}: not accepted; may live at its target until the sweeper has retired it`,
          'red',
        ] as const,
    ),
    ...keys.malformed.map(
      ({ versionId, labels, problem }) =>
        [
          problem === 'too-far' ? '  too far' : '  unreadable',
          `${versionId}  ${labels.join(', ')}: refused; give it a right one with keyturn grace, or end it with keyturn revoke`,
          'red',
        ] as const,
    ),
    ...keys.unordered.map(
      (versionId) =>
        [
          '  unordered',
          `${versionId}  replaced by hand: not accepted until it is put into grace, which takes a minute`,
          'yellow',
        ] as const,
    ),
    ...(secret.ended
      ? [['  ended', `${moment(secret.ended)}: not rotated any more, and may be deleted`] as const]
      : []),
    ['  last rotation', secret.lastRotated ? moment(secret.lastRotated) : 'never'],
    ...(back ? [['  rolled back', `${moment(back.at)}, from ${back.from}`] as const] : []),
    ['  next rotation', next, next.startsWith('overdue') ? 'red' : undefined],
    ['  last error', error ? `${error.code} in ${error.step} at ${moment(error.at)}` : '-', error ? 'red' : undefined],
    ...(error?.why ? [['  reason', error.why] as const] : []),
    ...(error ? [['  next action', nextAction(error.code, secret.name)] as const] : []),
  ]
  return `${terminal.paint('bold', secret.name)}\n${pairs(rows, terminal)}`
}
