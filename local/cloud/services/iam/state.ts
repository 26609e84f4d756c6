/** What IAM remembers; plain JSON, moments in ISO 8601, policies as the JSON text that was put. */
export interface IamState {
  /** By name. */
  roles: Record<string, RoleRecord>
  /** Temporary credentials of roles, by access key id. */
  sessions: Record<string, SessionRecord>
  /** How often each grant has allowed a call, by {@link grantKey}. */
  used: Record<string, number>
}

export interface RoleRecord {
  readonly name: string
  readonly id: string
  readonly arn: string
  readonly path: string
  readonly createdAt: string
  description?: string
  maxSessionSeconds: number
  trust: string
  /** By policy name. */
  inline: Record<string, string>
  /** ARNs of AWS's own policies. */
  attached: string[]
  tags: Record<string, string>
}

export interface SessionRecord {
  readonly roleName: string
  readonly sessionName: string
  /** SHA-256 of the session token, in hex. */
  readonly tokenDigest: string
  readonly expiresAt: string
}

export const emptyIamState = (): IamState => ({ roles: {}, sessions: {}, used: {} })
