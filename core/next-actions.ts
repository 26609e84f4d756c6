/**
 * What an operator does about an error that a rotation function left on a secret, as a sentence of its own. `then` is
 * what follows once the cause is gone: a rotation, unless something else will try again.
 */
export function nextAction(code: string, name: string, then = `then: keyturn rotate ${name}`): string {
  const action = Object.hasOwn(ACTIONS, code) ? ACTIONS[code] : undefined
  return action?.(name, then) ?? `The rotation function's log has the whole message; ${then}`
}

type Action = (name: string, then: string) => string

const supplyAgain = (name: string): string =>
  `Obtain a new value and hand it over: keyturn rotate ${name} --value-from - --wait`
const correctConfig = (_name: string, then: string): string =>
  `Correct the strategy's parameters in Pulumi.<stack>.yaml, run pulumi up, ${then}`
const redeploy = (_name: string, then: string): string => `Run pulumi up to restore the rotation function, ${then}`
const waitForGrace = (name: string): string =>
  `Wait until the grace of the oldest version ends (keyturn status ${name}), or shorten "grace" in Pulumi.<stack>.yaml.`
const checkTarget = (): string =>
  'Secrets Manager tries again by itself; if it recurs, check that the target is up and that the function reaches it.'

const ACTIONS: Readonly<Record<string, Action>> = {
  'nothing-supplied': supplyAgain,
  'supplied-value-malformed': supplyAgain,
  'supplied-value-refused': (name) =>
    `Try the same value again: keyturn rotate ${name} --wait; or hand over another: keyturn rotate ${name} --value-from - --wait`,
  'provider-admin-refused': (_name, then) =>
    `Put a valid administrator's key into the secret that "adminSecret" names, ${then}`,
  'required-secret-deleted': (_name, then) =>
    `Restore the secret that "adminSecret" names (aws secretsmanager restore-secret), ${then}`,
  'provider-call-refused': correctConfig,
  'provider-answer-unreadable': correctConfig,
  'provider-list-endless': correctConfig,
  'provider-list-incomplete': correctConfig,
  'revocation-unproven': (name) =>
    `Check "revoke" and "list" in Pulumi.<stack>.yaml and run pulumi up, or delete the key at the provider; then look again: keyturn status ${name}`,
  'retired-value-malformed': (name) =>
    `If the old value is a key, delete it where it was issued; then take its grace label off: keyturn status ${name} names the version.`,
  'version-unreadable': (name) => `It is tried again by itself; look again with: keyturn status ${name}`,
  'secret-value-malformed': (name) => `Put a value of its strategy, or make a new one: keyturn rotate ${name} --wait`,
  'secret-ended': (name) =>
    `Delete it; or to use it again: aws secretsmanager untag-resource --secret-id ${name} --tag-keys keyturn:run:ended, then: keyturn rotate ${name}`,
  'placeholder-unusable': correctConfig,
  'test-call-refused': correctConfig,
  'label-budget-exhausted': waitForGrace,
  'live-keys-exhausted': waitForGrace,
  'strategy-not-here': redeploy,
  AccessDeniedException: redeploy,
  'out-of-time': checkTarget,
  'pending-key-not-accepted': checkTarget,
  'provider-unavailable': checkTarget,
  'target-unavailable': checkTarget,
  'target-unreachable': checkTarget,
}
