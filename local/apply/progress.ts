/** What an apply tells while it works. */
export interface ProgressEvent {
  readonly kind:
    | 'creating'
    | 'created'
    | 'updating'
    | 'updated'
    | 'replacing'
    | 'replaced'
    | 'deleting'
    | 'deleted'
    | 'unchanged'
    | 'failed'
  /** Pulumi's type token: `aws:kms/key:Key`. */
  readonly type: string
  /** The resource's name in the program. */
  readonly name: string
  /** Time since the work on it began; 0 as it begins. */
  readonly ms: number
}

/** One resource that an apply touched, or that a preview would touch. */
export interface Change {
  readonly action: 'create' | 'update' | 'replace' | 'delete' | 'unchanged'
  readonly urn: string
  readonly type: string
  readonly name: string
  /** Inputs that differ, for an update or a replacement. */
  readonly changed?: readonly string[]
}
