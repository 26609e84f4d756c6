import { KeyturnError } from '../../core/errors.ts'
import type { PermissionStatement } from '../../core/permissions.ts'
import { TAG } from '../../core/tags.ts'

/** One statement of an IAM policy document. */
export interface IamStatement {
  readonly Sid: string
  readonly Effect: 'Allow' | 'Deny'
  readonly Principal?: Readonly<Record<string, string | readonly string[]>> | '*'
  readonly Action: readonly string[]
  readonly Resource?: readonly string[]
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>
}

export interface IamPolicy {
  readonly Version: '2012-10-17'
  readonly Statement: readonly IamStatement[]
}

export const policy = (...statements: readonly IamStatement[]): IamPolicy => ({
  Version: '2012-10-17',
  Statement: statements,
})

/** A statement that grants some actions on some resources. */
export const allow = (Sid: string, Action: readonly string[], Resource: readonly string[]): IamStatement => ({
  Sid,
  Effect: 'Allow',
  Action,
  Resource,
})

/** One set of statements as they hold for one secret. */
export interface Grant {
  /** Inventory name of the secret that is meant by `own-secret` and `own-key`. */
  readonly own: string
  readonly statements: readonly PermissionStatement[]
}

export interface GrantScope {
  /** Names every secret of the stack: `arn:…:secret:keyturn/dev/*`. */
  readonly anySecretArn: string
  /** The value of the tag that makes a secret this stack's. */
  readonly stackTag: string
  /** The kind of a secret's strategy, by inventory name, as its tag has it. */
  strategy(name: string): string
  /** ARN of a secret, by inventory name. */
  secret(name: string): string
  /** ARN of the KMS key that encrypts a secret, by the secret's inventory name. */
  keyOf(name: string): string
  /** `secretsmanager.eu-central-1.amazonaws.com` */
  readonly viaSecretsManager: string
}

/**
 * Renders what strategies and the engine ask for into statements of one role. Statements that share a sid must agree
 * in actions and kind of resource; they become one, over all their resources. A role's own secrets are told by their
 * tags, so that a policy does not grow with the inventory (docs/decisions/023). A KMS key may be used through Secrets
 * Manager only, and for nothing but secrets.
 * @throws KeyturnError `permission-invalid` (terminal) for a wildcard, a malformed sid, or two statements at odds
 */
export function renderGrants(grants: readonly Grant[], stack: GrantScope): readonly IamStatement[] {
  const merged = new Map<string, Merged>()
  for (const { own, statements } of grants) {
    for (const statement of statements) {
      check(statement)
      const merging = merged.get(statement.sid) ?? { statement, secrets: new Set<string>() }
      if (!alike(merging.statement, statement)) throw atOdds(statement.sid)
      merging.secrets.add('name' in statement.on ? statement.on.name : own)
      merged.set(statement.sid, merging)
    }
  }
  const all = [...merged.values()]
  return all.flatMap(({ statement, secrets }) => {
    const needed = [...secrets].sort().filter((name) => !usableAnyway(statement, name, all, stack))
    return needed.length === 0 ? [] : [render(statement, needed, stack)]
  })
}

/** Whether the key of another secret is one of the role's own secrets too, and granted with them: once is enough. */
function usableAnyway(
  { actions, on }: PermissionStatement,
  name: string,
  all: readonly Merged[],
  { keyOf }: GrantScope,
): boolean {
  if (on.kind !== 'key-of') return false
  return all.some(
    ({ statement: own, secrets }) =>
      own.on.kind === 'own-key' &&
      actions.every((action) => own.actions.includes(action)) &&
      [...secrets].some((one) => keyOf(one) === keyOf(name)),
  )
}

interface Merged {
  readonly statement: PermissionStatement
  readonly secrets: Set<string>
}

function render(
  { sid, actions, on }: PermissionStatement,
  secrets: readonly string[],
  stack: GrantScope,
): IamStatement {
  const keyArns = unique(secrets.map(stack.keyOf))
  switch (on.kind) {
    case 'own-secret':
      return allowTagged(sid, actions, stack, { [TAG.strategy]: unique(secrets.map(stack.strategy)).sort() })
    case 'secret':
      return allow(sid, actions, secrets.map(stack.secret))
    case 'own-key':
      return allowThroughSecretsManager(sid, actions, keyArns, stack)
    case 'key-of':
      return allowThroughSecretsManager(sid, actions, keyArns, stack, secrets.map(stack.secret))
  }
}

type Tagging = Pick<GrantScope, 'anySecretArn' | 'stackTag'>

/** A statement over those secrets of the stack that carry all of some tags, each with one of the values given for it. */
export const allowTagged = (
  sid: string,
  actions: readonly string[],
  { anySecretArn, stackTag }: Tagging,
  tags: Readonly<Record<string, string | readonly string[]>>,
): IamStatement => ({
  ...allow(sid, actions, [anySecretArn]),
  Condition: {
    StringEquals: Object.fromEntries(
      Object.entries({ [TAG.stack]: stackTag, ...tags }).map(([tag, value]) => [`aws:ResourceTag/${tag}`, value]),
    ),
  },
})

type Using = Pick<GrantScope, 'anySecretArn' | 'viaSecretsManager'>

/** A statement over keys, as Secrets Manager uses them: for any secret of the stack, or for those given alone. */
export const allowThroughSecretsManager = (
  sid: string,
  actions: readonly string[],
  keyArns: readonly string[],
  { anySecretArn, viaSecretsManager }: Using,
  secretArns: readonly string[] = [anySecretArn],
): IamStatement => ({
  ...allow(sid, actions, keyArns),
  Condition: {
    StringEquals: { 'kms:ViaService': viaSecretsManager },
    StringLike: { 'kms:EncryptionContext:SecretARN': secretArns },
  },
})

const unique = (names: readonly string[]): string[] => [...new Set(names)]

const alike = (one: PermissionStatement, other: PermissionStatement): boolean =>
  one.on.kind === other.on.kind && [...one.actions].sort().join() === [...other.actions].sort().join()

function check({ sid, actions }: PermissionStatement): void {
  if (!/^[A-Za-z0-9]+$/.test(sid)) throw invalid(`The sid "${sid}" must consist of letters and digits.`)
  const wild = actions.find((action) => !/^[a-z0-9-]+:[A-Za-z0-9]+$/.test(action))
  if (wild !== undefined) {
    throw invalid(`${sid} grants "${wild}"; allowed are full action names such as secretsmanager:GetSecretValue.`)
  }
}

const atOdds = (sid: string): Error =>
  invalid(`Two statements named "${sid}" differ in actions or in kind of resource. Give them different sids.`)

const invalid = (message: string): Error => new KeyturnError('permission-invalid', message)
