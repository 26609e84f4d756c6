/**
 * What a strategy or a handler must be allowed to do, in terms of the stack rather than of ARNs. infra/ resolves the
 * resource names to ARNs and renders IAM statements; nothing else in the product grants anything.
 */
export interface PermissionStatement {
  /** Alphanumeric, unique within the role: `ReadAdminKey`. */
  readonly sid: string
  /** Full action names, never a wildcard: `secretsmanager:GetSecretValue`. */
  readonly actions: readonly string[]
  readonly on: PermissionResource
}

export type PermissionResource =
  /** The secret being rotated. */
  | { readonly kind: 'own-secret' }
  /** Another secret of the same stack, by its inventory name. */
  | { readonly kind: 'secret'; readonly name: string }
  /** The KMS key that encrypts the secret being rotated, through Secrets Manager only. */
  | { readonly kind: 'own-key' }
  /** The KMS key of another secret's group, through Secrets Manager only. */
  | { readonly kind: 'key-of'; readonly name: string }
