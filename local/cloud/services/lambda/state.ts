/** What lambda remembers; plain JSON, so that it can be saved. */
export interface LambdaState {
  /** By name. */
  functions: Record<string, FunctionRecord>
  /** Zips in base64 by their SHA-256 in base64: versions that share code share it here. */
  code: Record<string, string>
}

export const emptyLambdaState = (): LambdaState => ({ functions: {}, code: {} })

export interface FunctionRecord {
  readonly name: string
  readonly arn: string
  tags: Record<string, string>
  /** Statements of the resource policy, in the order they were added. */
  permissions: PermissionRecord[]
  reservedConcurrency?: number
  eventInvoke?: EventInvokeRecord
  /** What CreateFunction or an update is still at; absent once it is done. */
  change?: ChangeRecord
  latest: FunctionVersion
}

export interface ChangeRecord {
  /** By the cloud's clock. */
  readonly doneAt: string
  /** What runs until then; absent while the function is being created. */
  readonly previous?: FunctionVersion
}

/** A function's code and settings at one point; always `$LATEST`, since versions are not published here. */
export interface FunctionVersion {
  readonly version: string
  /** Changes with every update; environments of another revision are stale. */
  readonly revisionId: string
  readonly lastModified: string
  readonly codeSha256: string
  readonly codeSize: number
  readonly settings: FunctionSettings
}

export interface FunctionSettings {
  readonly runtime: string
  readonly role: string
  readonly handler: string
  readonly description: string
  readonly timeoutSeconds: number
  readonly memoryMb: number
  readonly environment: Record<string, string>
  readonly tracing: 'Active' | 'PassThrough'
  readonly architectures: readonly string[]
  readonly ephemeralStorageMb: number
  readonly logGroup: string
  readonly logFormat: string
  readonly vpc?: { readonly subnetIds: readonly string[]; readonly securityGroupIds: readonly string[] }
}

export interface PermissionRecord {
  readonly sid: string
  readonly statement: Readonly<Record<string, unknown>>
}

export interface EventInvokeRecord {
  readonly maximumRetryAttempts: number
  readonly maximumEventAgeSeconds: number
  readonly onFailure?: string
  readonly onSuccess?: string
  readonly lastModified: string
}
