/** Condition keys of one call, such as `kms:ViaService` or `aws:SourceArn`. Key names are case-insensitive. */
export type RequestContext = Readonly<Record<string, string | readonly string[]>>

/** A policy as the evaluator reads it; made by `parsePolicy` alone. */
export interface PolicyDocument {
  readonly version: string
  readonly statements: readonly Statement[]
}

export interface Statement {
  /** The statement's Sid, or `#<index>` when it has none. */
  readonly sid: string
  readonly effect: 'Allow' | 'Deny'
  readonly actions: Patterns
  /** Absent in trust policies, whose resource is the role itself. */
  readonly resources: Patterns | undefined
  /** Present in resource policies only. */
  readonly principals: PrincipalElement | undefined
  readonly conditions: readonly Condition[]
}

/** `Action` or `NotAction`, `Resource` or `NotResource`. */
export interface Patterns {
  readonly negated: boolean
  readonly values: readonly string[]
}

export interface PrincipalElement {
  readonly negated: boolean
  readonly entries: readonly { readonly type: string; readonly value: string }[]
}

export interface Condition {
  /** The operator as written: `ForAnyValue:StringLikeIfExists`. */
  readonly operator: string
  readonly key: string
  readonly values: readonly string[]
}

/** One (action pattern, resource pattern) that a policy allows, and who holds it. */
export interface Grant {
  readonly kind: 'identity' | 'resource'
  /** Role name for an identity policy; ARN of the resource for a resource policy. */
  readonly holder: string
  readonly policy: string
  readonly sid: string
  /** As written in the policy: `kms:Decrypt`, or `!kms:*` for a NotAction. */
  readonly action: string
  readonly resource: string
}

export type Decision =
  | { readonly allowed: true; readonly by: Grant; readonly grants: readonly Grant[] }
  | { readonly allowed: false; readonly reason: DenyReason; readonly message: string }

export type DenyReason = 'explicit-deny' | 'no-identity-policy' | 'no-resource-policy'
