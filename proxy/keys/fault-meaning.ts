import type { KeyturnError } from '../../core/errors.ts'

/**
 * What a fault says about a secret's keys: `answer`, there is no usable key and that is how things stand; `doubt`, it
 * may be so or pass by itself (a permission lost in a deploy, a secret too young to be found); `outage`, nothing.
 */
export type FaultMeaning = 'answer' | 'doubt' | 'outage'

const MEANINGS: ReadonlyMap<string, FaultMeaning> = new Map([
  ['secret-deleted', 'answer'],
  ['key-set-empty', 'answer'],
  ['key-malformed', 'answer'],
  ['grace-label-malformed', 'answer'],
  ['secret-not-found', 'doubt'],
  ['secret-access-denied', 'doubt'],
  ['secret-id-invalid', 'doubt'],
  ['secret-undecryptable', 'doubt'],
  ['key-value-missing', 'doubt'],
])

export const meaningOf = ({ code }: KeyturnError): FaultMeaning => MEANINGS.get(code) ?? 'outage'
