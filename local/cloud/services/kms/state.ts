/** What KMS remembers; plain JSON, moments in ISO 8601, key material in base64. */
export interface KmsState {
  /** By key id. */
  keys: Record<string, KeyRecord>
  /** By alias name: `alias/keyturn-dev`. */
  aliases: Record<string, AliasRecord>
}

export interface KeyRecord {
  readonly id: string
  readonly arn: string
  readonly createdAt: string
  readonly manager: 'CUSTOMER' | 'AWS'
  readonly multiRegion: boolean
  description: string
  state: 'Enabled' | 'Disabled' | 'PendingDeletion'
  deletionAt?: string
  /** JSON text. */
  policy: string
  tags: Record<string, string>
  /** Automatic rotation; absent while it is off. */
  rotation?: { periodDays: number; nextAt: string }
  /** The newest is last and encrypts; all of them decrypt. */
  materials: MaterialRecord[]
}

export interface MaterialRecord {
  readonly id: string
  readonly key: string
  readonly createdAt: string
  readonly origin: 'CREATED' | 'AUTOMATIC'
}

export interface AliasRecord {
  readonly createdAt: string
  keyId: string
  updatedAt: string
}

export const emptyKmsState = (): KmsState => ({ keys: {}, aliases: {} })
