/** What Secrets Manager remembers; plain JSON, moments in ISO 8601. */
export interface SecretsManagerState {
  /** By full name. */
  secrets: Record<string, SecretRecord>
}

export interface SecretRecord {
  readonly arn: string
  readonly name: string
  description?: string
  /** As the caller gave it: an alias, a key id or an ARN. Absent: the account's `aws/secretsmanager` key. */
  kmsKeyId?: string
  tags: Record<string, string>
  readonly createdAt: string
  changedAt: string
  /** The day of the last read, as AWS keeps it. */
  accessedAt?: string
  rotatedAt?: string
  /** When DeleteSecret was called, and when the secret will be gone. */
  deletedAt?: string
  deletionAt?: string
  /** JSON text. */
  resourcePolicy?: string
  versions: Record<string, VersionRecord>
  rotation?: RotationRecord
}

export interface VersionRecord {
  readonly id: string
  readonly createdAt: string
  accessedAt?: string
  stages: string[]
  /** Absent on the pending version that RotateSecret makes. */
  value?: EncryptedValue
}

/** AES-256-GCM under a data key that KMS wrapped; all members in base64 but `kind` and `keyArn`. */
export interface EncryptedValue {
  readonly kind: 'string' | 'binary'
  readonly keyArn: string
  readonly dataKey: string
  readonly iv: string
  readonly tag: string
  readonly ciphertext: string
}

export interface RotationRecord {
  enabled: boolean
  lambdaArn: string
  rules: RotationRules
  /** Absent when the secret rotates on demand only. */
  nextAt?: string
  /** The rotation under way, so that a restart takes it up again. */
  running?: RunningRotation
}

export interface RotationRules {
  readonly AutomaticallyAfterDays?: number
  readonly Duration?: string
  readonly ScheduleExpression?: string
}

export interface RunningRotation {
  readonly token: string
  /** Attempts made so far. */
  attempts: number
  readonly startedAt: string
}

export const emptySecretsManagerState = (): SecretsManagerState => ({ secrets: {} })
