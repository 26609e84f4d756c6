/** An error as AWS would answer it; each protocol renders it so that SDKs map `code` to their exception class. */
export class ServiceError extends Error {
  readonly code: string
  readonly status: number
  /** Further members of the error's shape. */
  readonly fields: Readonly<Record<string, unknown>>

  constructor(code: string, message: string, status = 400, fields: Readonly<Record<string, unknown>> = {}) {
    super(message)
    this.name = 'ServiceError'
    this.code = code
    this.status = status
    this.fields = fields
  }
}

/** IAM said no. Each protocol has its own code and status for it. */
export class AccessDeniedError extends ServiceError {
  constructor(message: string) {
    super('AccessDeniedException', message, 400)
    this.name = 'AccessDeniedError'
  }
}
