import { terminal } from '../core/errors.ts'
import type { PermissionResource, PermissionStatement } from '../core/permissions.ts'

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

export interface ArnLookup {
  /** ARN of a secret, by inventory name. */
  secret(name: string): string
  /** ARN of the KMS key that encrypts a secret, by the secret's inventory name. */
  keyOf(name: string): string
  /** `secretsmanager.eu-central-1.amazonaws.com` */
  readonly viaSecretsManager: string
}

/**
 * Renders what strategies and the engine ask for into statements of one role. Statements that share a sid must agree
 * in actions and kind of resource; they become one, over all their resources. A KMS key may be used through Secrets
 * Manager only, and for nothing but the secrets that the grant is for.
 * @throws KeyturnError `permission-invalid` (terminal) for a wildcard, a malformed sid, or two statements at odds
 */
export function renderGrants(grants: readonly Grant[], arns: ArnLookup): readonly IamStatement[] {
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
  return [...merged.values()].map(({ statement, secrets }) => render(statement, [...secrets].sort(), arns))
}

interface Merged {
  readonly statement: PermissionStatement
  readonly secrets: Set<string>
}

function render({ sid, actions, on }: PermissionStatement, secrets: readonly string[], arns: ArnLookup): IamStatement {
  const secretArns = secrets.map(arns.secret)
  if (scope(on) === 'secret') return allow(sid, actions, secretArns)
  return {
    ...allow(sid, actions, [...new Set(secrets.map(arns.keyOf))]),
    Condition: {
      StringEquals: {
        'kms:ViaService': arns.viaSecretsManager,
        'kms:EncryptionContext:SecretARN': secretArns,
      },
    },
  }
}

const scope = (on: PermissionResource): 'secret' | 'key' =>
  on.kind === 'own-secret' || on.kind === 'secret' ? 'secret' : 'key'

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

const invalid = (message: string): Error => terminal('permission-invalid', message)
