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
  'supplied-value-refused': supplyAgain,
  'provider-admin-refused': (_name, then) =>
    `Put a valid administrator's key into the secret that "adminSecret" names, ${then}`,
  'required-secret-deleted': (_name, then) =>
    `Restore the secret that "adminSecret" names (aws secretsmanager restore-secret), ${then}`,
  'provider-call-refused': correctConfig,
  'provider-answer-unreadable': correctConfig,
  'provider-list-endless': correctConfig,
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
