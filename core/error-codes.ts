/**
 * What a caller may do about an error: try again as it is (`retryable`), give up because trying again cannot help
 * (`terminal`), or fetch a person because only they can supply what is missing (`needs-human`).
 */
export type ErrorKind = 'retryable' | 'terminal' | 'needs-human'

/**
 * How the `keyturn` command ends: it failed, the input was wrong, `--wait` ran out of time, or `status --check` found
 * something that needs a person.
 */
export const EXIT = { done: 0, failed: 1, badInput: 2, waitTimeout: 3, attention: 4 } as const

export interface ErrorRow {
  readonly kind: ErrorKind
  /** Exit code of the command that ends with this error. */
  readonly exit: (typeof EXIT)[keyof typeof EXIT]
  /** What has happened, in one sentence. */
  readonly means: string
  /**
   * What to do about it. `{name}` is the secret's name; `{then}` is what follows once the cause is gone, which is a
   * rotation unless something tries again by itself.
   */
  readonly next: string
}

const row =
  (kind: ErrorKind, exit: ErrorRow['exit'] = EXIT.failed) =>
  (means: string, next: string): ErrorRow => ({ kind, exit, means, next })

const retryable = row('retryable')
const terminal = row('terminal')
const needsHuman = row('needs-human')
const badInput = row('needs-human', EXIT.badInput)

const CORRECT_STRATEGY = "Correct the strategy's parameters in Pulumi.<stack>.yaml, run pulumi up, {then}"
const REDEPLOY = 'Run pulumi up to restore the rotation function, {then}'
const WAIT_FOR_GRACE =
  'Wait until the grace of the oldest version ends (keyturn status {name}), or shorten "grace" in Pulumi.<stack>.yaml.'
const TRIED_AGAIN =
  'Secrets Manager tries again by itself; if it recurs, check that the target is up and that the function reaches it.'
const SUPPLY_AGAIN = 'Obtain a new value and hand it over: keyturn rotate {name} --value-from - --wait'
const REPORT = 'This is a fault of Keyturn: report it with the message.'
const CORRECT_REQUEST = 'Correct the request.'
const REPEAT_REQUEST = 'Send the request again.'

/** A rotation function or the sweeper: what `keyturn status` shows as a secret's last error. */
const rotation = {
  'event-invalid': terminal('The function was invoked with something other than a step.', 'keyturn rotate {name}'),
  'inventory-invalid': terminal('The inventory beside the function is of another version.', REDEPLOY),
  'strategy-not-here': terminal('The function does not hold the strategy of the secret.', REDEPLOY),
  'strategy-unknown': terminal('No strategy has that name.', 'Name one that docs/strategies lists.'),
  'token-unknown': terminal('The secret has no version of that token.', 'keyturn rotate {name}'),
  'token-not-staged': terminal('The rotation was over before this step.', 'keyturn rotate {name}'),
  'secret-value-binary': terminal(
    'A value is binary; Keyturn rotates text.',
    'Store the value as SecretString, {then}',
  ),
  'secret-value-malformed': terminal(
    'A stored value is not one of its strategy.',
    'Put a value of its strategy, or make a new one: keyturn rotate {name} --wait',
  ),
  'secret-ended': terminal(
    'The secret was ended: what it opened is revoked.',
    'Delete it; or to use it again: aws secretsmanager untag-resource --secret-id {name} --tag-keys keyturn:run:ended, then: keyturn rotate {name}',
  ),
  'label-budget-exhausted': terminal('The secret has no staging label left for a rotation.', WAIT_FOR_GRACE),
  'live-keys-exhausted': terminal('The target allows no further live key.', WAIT_FOR_GRACE),
  'retire-live-version': terminal('A version in force is never retired.', 'keyturn rotate {name} --wait'),
  'credential-shared': terminal(
    'Another version in force holds the same credential.',
    'Replace it first: keyturn rotate {name} --wait; then: keyturn revoke {name}',
  ),
  'grace-over': terminal(
    'The grace of the version is over, and nothing brings it back.',
    'Make a new value: keyturn rotate {name} --wait',
  ),
  'grace-not-over': terminal('The version is still inside its grace.', 'To end it now: keyturn revoke {name}'),
  'grace-label-malformed': needsHuman(
    'A grace label is no time, or lies further ahead than any grace.',
    'Give it a right one: keyturn grace {name} --for 24h; or end it: keyturn revoke {name}',
  ),
  'retired-value-malformed': needsHuman(
    'An old value cannot be read as a key, so it cannot be revoked.',
    'If the old value is a key, delete it where it was issued; then take its grace label off: keyturn status {name} names the version.',
  ),
  'revocation-unproven': needsHuman(
    'The target has not been seen without the old key.',
    'Check "revoke" and "list" in Pulumi.<stack>.yaml and run pulumi up, or delete the key at the provider; then look again: keyturn status {name}',
  ),
  'nothing-supplied': needsHuman('No new value has been handed over.', SUPPLY_AGAIN),
  'supplied-value-malformed': needsHuman('The value handed over cannot be one of its strategy.', SUPPLY_AGAIN),
  'supplied-value-refused': needsHuman(
    'The value handed over did not pass its test.',
    'Try the same value again: keyturn rotate {name} --wait; or hand over another: keyturn rotate {name} --value-from - --wait',
  ),
  'required-secret-deleted': needsHuman(
    'A secret that the rotation needs is scheduled for deletion.',
    'Restore the secret that "adminSecret" names (aws secretsmanager restore-secret), {then}',
  ),
  'provider-admin-refused': needsHuman(
    "The provider refused the administrator's credential.",
    'Put a valid administrator\'s key into the secret that "adminSecret" names, {then}',
  ),
  'provider-call-refused': terminal('The provider refused a call that the config describes.', CORRECT_STRATEGY),
  'provider-answer-unreadable': terminal("The provider's answer is not what the config says.", CORRECT_STRATEGY),
  'provider-list-endless': terminal("The provider's key list does not end.", CORRECT_STRATEGY),
  'provider-list-incomplete': terminal("The provider's key list lacks a key that it has just made.", CORRECT_STRATEGY),
  'placeholder-unusable': terminal('A value cannot stand in a URL.', CORRECT_STRATEGY),
  'test-call-refused': terminal('The test call fails with every key.', CORRECT_STRATEGY),
  'provider-unavailable': retryable('The provider answers with an error that passes.', TRIED_AGAIN),
  'target-unavailable': retryable('The target answers with an error that passes.', TRIED_AGAIN),
  'target-unreachable': retryable('The target gave no complete answer in time.', TRIED_AGAIN),
  'pending-key-not-accepted': retryable('The new key does not work yet.', TRIED_AGAIN),
  'pending-value-missing': retryable('The new version has no value yet.', TRIED_AGAIN),
  'out-of-time': retryable("A step did not end within the function's time.", TRIED_AGAIN),
  'version-unreadable': retryable(
    'An old version cannot be read, so it cannot be revoked.',
    'It is tried again by itself; look again with: keyturn status {name}',
  ),
  'sweep-incomplete': retryable('A sweep could not look at every secret.', "The sweeper's log tells why."),
  'setting-missing': terminal('The sweeper lacks a setting.', 'Run pulumi up to restore it.'),
  'secret-not-ended': needsHuman(
    'Something that the secret opens may still be alive.',
    'Do what the message says, then: keyturn end {name} --yes',
  ),
} as const satisfies Record<string, ErrorRow>

/** A secret and what may be done with it, wherever that is asked. */
const secrets = {
  'grace-invalid': badInput('A grace is not one of the allowed.', 'Give "1h" to "7d", or "revoke-now".'),
  'secret-not-found': badInput('There is no such secret.', 'See them all with: keyturn status'),
  'secret-ambiguous': badInput('A name is the end of several.', 'Give the full name.'),
  'secret-not-managed': badInput(
    "The secret is not Keyturn's.",
    'Add it under keyturn:secrets in Pulumi.<stack>.yaml and run pulumi up.',
  ),
  'secret-deleted': needsHuman(
    'The secret is scheduled for deletion.',
    'aws secretsmanager restore-secret --secret-id {name}, {then}',
  ),
  'secret-without-value': needsHuman('The secret has no value yet.', 'keyturn rotate {name} --value-from -'),
  'rollback-refused': terminal(
    'The previous value cannot become current again; the message has the reason.',
    'Make a new value instead: keyturn rotate {name} --wait',
  ),
  'previous-value-refused': needsHuman(
    'The previous value was tried out and did not pass.',
    'If the target is in trouble, try again; otherwise make a new value: keyturn rotate {name} --wait',
  ),
  'nothing-in-grace': badInput('No old version of the secret is alive.', 'keyturn status {name}'),
  'version-unknown': badInput('The secret has no such version.', 'keyturn status {name} lists those that live.'),
  'version-ambiguous': badInput('Several version ids begin like that.', 'Give more of it: keyturn status {name}'),
  'rotation-disabled': needsHuman('Rotation is off for the secret.', 'Run pulumi up to turn it on, {then}'),
  'rotation-function-missing': needsHuman('The secret has no rotation function.', REDEPLOY),
  'rotation-in-progress': retryable('A rotation is under way.', 'keyturn status {name} shows it; try again after it.'),
  'rotation-abandoned': needsHuman(
    'The rotation function gave the rotation up; the old key stays in force.',
    "The rotation function's log has the whole message; {then}",
  ),
  'old-key-not-retired': needsHuman(
    'An old key was to die and may still live.',
    'keyturn status {name} shows when it is gone; the sweeper goes on trying.',
  ),
  'wait-timeout': row('retryable', EXIT.waitTimeout)(
    'The rotation goes on, and the command has stopped waiting for it.',
    'keyturn status {name}',
  ),
} as const satisfies Record<string, ErrorRow>

/** The `keyturn` command and how it reaches AWS. */
const cli = {
  'endpoint-invalid': badInput('--endpoint is no URL.', 'Give http://127.0.0.1:4566, or leave it out for AWS.'),
  'endpoint-unreachable': retryable('Nothing answers there.', 'Check the endpoint, the network and --region.'),
  'region-missing': needsHuman('No Region is set.', 'Give --region, or set AWS_REGION.'),
  'credentials-missing': needsHuman('No AWS credentials were found.', 'Sign in: aws sso login'),
  'credentials-refused': needsHuman('AWS refused the credentials.', 'Sign in again: aws sso login'),
  'access-denied': needsHuman('The identity may not do this.', 'Use another identity, or have it granted.'),
  'command-broken': terminal('The command met a fault of its own.', REPORT),
  'aws-error': retryable('AWS answered with an error.', 'Try again; the message has what AWS said.'),
  'value-not-allowed': badInput('A value may not be handed over here.', 'Leave --value-from out, or name one secret.'),
  'value-unreadable': badInput('--value-from cannot be read.', 'Give a readable text file, or - for standard input.'),
  'value-too-long': badInput('The value is longer than Secrets Manager stores.', 'Give at most 65,536 bytes.'),
  'field-missing': badInput('The value has no such field.', 'Leave --field out to print the whole value.'),
} as const satisfies Record<string, ErrorRow>

/** `pulumi up` and `pulumi preview`: refused before anything is touched. */
const stack = {
  'config-invalid': badInput(
    'The stack config has mistakes.',
    'Correct each in Pulumi.<stack>.yaml; see: keyturn plan',
  ),
  'config-values-clear': badInput('Secrets stand in the config in clear.', 'Set them with: pulumi config set --secret'),
  'schedule-invalid': badInput('A schedule is none that Secrets Manager takes.', 'Correct it; see: keyturn plan'),
  'strategy-params-invalid': badInput('Parameters do not fit their strategy.', 'Correct them; see: keyturn plan'),
  'strategy-family-split': terminal('Two strategies of one family ask for different networks.', REPORT),
  'strategy-reference-hidden': terminal('A strategy reads a secret that no parameter names.', REPORT),
  'reference-unchecked': terminal('A check and what it checked disagree.', REPORT),
  'permission-invalid': terminal('A permission is not one that a policy can hold.', REPORT),
  'artifact-missing': needsHuman('A bundle is missing.', 'npm run build'),
  'bundle-failed': terminal('The source does not bundle.', 'Correct what the message names, then: npm run build'),
  'operators-needed': needsHuman('The role that deploys cannot be looked up.', 'List its ARN in "keyturn:operators".'),
  'operators-without-deployer': needsHuman(
    'The operators leave out who deploys.',
    'Add the ARN of the message to the list.',
  ),
  'network-unknown': needsHuman('No network was found, or it may not be looked up.', 'Set "keyturn:network".'),
  'load-balancer-subnets': needsHuman('The load balancer has no two subnets in two zones.', 'Set "keyturn:network".'),
  'task-subnets': needsHuman('Tasks would run where the load balancer does not reach.', 'Correct "keyturn:network".'),
  'role-policy-too-long': needsHuman(
    "A role's policy would be too long for IAM.",
    'Move some secrets into another stack.',
  ),
  'proxy-config-too-long': needsHuman(
    "The proxy's config would be too long for ECS.",
    'Move some routes into another stack.',
  ),
  'secrets-alive': needsHuman('A secret with live keys would be removed.', 'keyturn end {name} --yes, then: pulumi up'),
} as const satisfies Record<string, ErrorRow>

/** The proxy's own working: in its log and on `/ready`, never told to a client. */
const proxy = {
  'proxy-config-invalid': badInput("The proxy's configuration has mistakes.", 'Run pulumi up, which writes it.'),
  'listen-failed': needsHuman('A port cannot be opened.', 'Free it, or set another.'),
  'key-malformed': needsHuman('A value is no usable key.', 'keyturn rotate {name} --wait'),
  'key-set-empty': needsHuman('A secret has no current version.', 'keyturn rotate {name} --wait'),
  'key-value-missing': retryable('The current version has no value yet.', 'It is read again by itself.'),
  'schedule-stays': needsHuman(
    'A secret is to have no schedule, and Secrets Manager keeps the one that it has.',
    'Give "schedule" back to it in the stack config, or list a secret of another name without one.',
  ),
  'secret-access-denied': needsHuman("The proxy's role may not read a secret.", 'Run pulumi up to restore its role.'),
  'secret-id-invalid': needsHuman('Secrets Manager takes the name for none of a secret.', 'Run pulumi up.'),
  'secret-undecryptable': needsHuman('A secret cannot be decrypted.', 'Enable its KMS key, or cancel its deletion.'),
  'secret-source-unavailable': retryable('Secrets Manager did not answer.', 'It is read again by itself.'),
} as const satisfies Record<string, ErrorRow>

/** What the proxy answers to a client, as `{"error":{"code","message","request_id"}}`. */
const refusals = {
  'malformed-request': terminal('The request is not HTTP as the proxy reads it.', CORRECT_REQUEST),
  'target-invalid': terminal('The request target is no path, or holds a client key.', CORRECT_REQUEST),
  'path-not-canonical': terminal('The path could be read in two ways.', 'Send it without dot segments and empty ones.'),
  'credential-missing': terminal('The request carries no key.', 'Send the key as "Authorization: Bearer KEY".'),
  'credential-ambiguous': terminal('The request carries two keys that differ.', 'Send one.'),
  'key-unknown': terminal('The key is none of a client.', 'Ask the operator for a key.'),
  'key-expired': terminal('The key is over: its grace has ended, or it was revoked.', 'Fetch the current key.'),
  'route-unknown': terminal('No route leads there.', 'Begin the path with a prefix that the message lists.'),
  'method-not-allowed': terminal('The method is not served there.', CORRECT_REQUEST),
  'body-timeout': retryable("The request's body stood still for too long.", REPEAT_REQUEST),
  'head-timeout': retryable("The request's head did not arrive in time.", REPEAT_REQUEST),
  'body-too-large': terminal("The request's body is over the limit.", 'Send less, or have the limit raised.'),
  'head-too-large': terminal("The request's head is over the limit.", 'Send fewer or shorter headers.'),
  'expectation-unknown': terminal('The only expectation that is met is 100-continue.', CORRECT_REQUEST),
  'too-many-failed-attempts': retryable('Too many wrong keys came from the address.', 'Correct the key, then wait.'),
  'internal-error': terminal('Something went wrong inside the proxy.', 'Give the request id to the operator.'),
  'upgrade-not-allowed': terminal('The route takes no WebSocket.', 'Use plain HTTP.'),
  'upstream-unreachable': retryable('The upstream cannot be reached.', REPEAT_REQUEST),
  'upstream-invalid': retryable('The upstream did not answer in HTTP as it should.', REPEAT_REQUEST),
  'upstream-timeout': retryable('The upstream did not answer in time.', REPEAT_REQUEST),
  'upstream-echoed-key': needsHuman('The answer held the upstream key and was withheld.', 'Tell the operator.'),
  'upstream-key-unavailable': needsHuman('The route has no usable upstream key.', 'Tell the operator.'),
  'key-set-unavailable': retryable('The keys cannot be checked at the moment.', REPEAT_REQUEST),
  'connections-exhausted': retryable('All connections are taken.', REPEAT_REQUEST),
  draining: retryable('The task is being stopped.', 'Send the request again; another task answers.'),
} as const satisfies Record<string, ErrorRow>

/** The local cloud, `npm start` and the demo. */
const local = {
  'option-invalid': badInput('An option is not known, or its value is not allowed.', 'See: npm start -- --help'),
  'port-invalid': badInput('A port is not one.', 'Give 0 (any free one) to 65535.'),
  'port-taken': needsHuman('A port is in use.', 'Stop what listens there, or choose another.'),
  'data-dir-unusable': needsHuman('The folder of --data cannot be made.', 'Name one that you may write to.'),
  'data-dir-corrupt': needsHuman(
    'The saved state cannot be read; it was left as it is.',
    'Restore it, or move it away.',
  ),
  'data-dir-region': needsHuman(
    'The saved state is of another Region.',
    'Set aws:region back, or name another folder.',
  ),
  'data-dir-stack': needsHuman('The saved state is of another stack.', 'Start that one, or name another folder.'),
  'state-file-corrupt': needsHuman(
    'A saved file cannot be read; it was left as it is.',
    'Restore it, or move it away.',
  ),
  'stack-file-unreadable': badInput("The stack's file cannot be read.", 'Correct the file that the message names.'),
  'stack-secret-encrypted': needsHuman(
    "A setting is encrypted for Pulumi's own key.",
    'Give it in clear for local mode.',
  ),
  'proxy-not-ready': terminal('The proxy did not become ready.', 'npm start -- --verbose shows its log.'),
  'apply-failed': terminal('A resource could not be made.', 'Correct what the message names; what was made stays.'),
  'program-failed': terminal('The program itself failed.', 'Correct what the message names.'),
  protected: terminal('A protected resource would be deleted.', 'Keep it, or apply once with protect: false.'),
  'not-implemented': terminal('The local apply does not know this.', 'See docs/local-cloud.md.'),
  'not-an-archive': terminal('Code is no archive.', 'Give a pulumi.asset.Archive.'),
  'file-missing': terminal('A file that is to be uploaded is missing.', 'npm run build'),
  'input-not-an-object': terminal('The input of an invocation is no JSON object.', CORRECT_REQUEST),
  'function-failed': terminal('A function that was invoked has failed.', 'Its log group tells why.'),
  'deployment-failed': terminal('The deployment of a service failed.', 'Its log group tells why.'),
  'deployment-slow': retryable('A service is not steady yet.', 'Its log group tells why.'),
  'target-refused': terminal('EventBridge refused a target.', 'Correct what the message names.'),
  'policy-malformed': terminal('A policy document is malformed.', 'Correct it and put it again.'),
  'condition-operator-unknown': terminal(
    'A policy has an unknown condition operator.',
    'Use one that the message lists.',
  ),
  'schedule-expression-invalid': terminal(
    'A schedule expression cannot be read.',
    'Use a form that the message lists.',
  ),
  'clock-backwards': badInput('The clock moves forward alone.', 'Give a positive span, or a moment that lies ahead.'),
  'cloud-not-listening': terminal('The local cloud has been stopped.', 'npm start'),
  'rotation-stuck': terminal('A rotation of the demo did not end.', 'npx keyturn status'),
  'demo-broken': terminal('The demo cannot play its scenario.', REPORT),
} as const satisfies Record<string, ErrorRow>

/** The tables by subject, as docs/errors.md shows them. */
export const ERROR_GROUPS = {
  'Rotation functions and the sweeper': rotation,
  'Secrets and their rotations': secrets,
  'The keyturn command': cli,
  'pulumi up': stack,
  'The proxy, inside': proxy,
  'What the proxy answers': refusals,
  'Local mode': local,
} as const

/** Every code of an error that Keyturn throws on purpose: what kind it is, how a command ends with it, and what to do. */
export const ERROR_CODES = { ...rotation, ...secrets, ...cli, ...stack, ...proxy, ...refusals, ...local } as const

export type ErrorCode = keyof typeof ERROR_CODES

export const isErrorCode = (code: string | undefined): code is ErrorCode =>
  code !== undefined && Object.hasOwn(ERROR_CODES, code)

/**
 * What an operator does about an error, as a sentence of its own; also for codes of AWS's that a rotation function has
 * left on a secret. `then` is what follows once the cause is gone: a rotation, unless something else tries again.
 *
 * @example
 * nextAction('nothing-supplied', 'keyturn/dev/telegram-bot')
 */
export function nextAction(code: string, name: string, then = `then: keyturn rotate ${name}`): string {
  const text = isErrorCode(code) ? ERROR_CODES[code].next : (OF_AWS.get(code) ?? ERROR_CODES['rotation-abandoned'].next)
  return text.replaceAll('{name}', name).replaceAll('{then}', then)
}

/** Names of AWS's own errors, which its SDK throws in a rotation function. */
const OF_AWS: ReadonlyMap<string, string> = new Map([['AccessDeniedException', REDEPLOY]])
