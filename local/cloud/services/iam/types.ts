import type { Decision, Grant, PolicyDocument, RequestContext } from './evaluator/types.ts'
import type { RecordedUse } from './recorded-uses.ts'

export type { Decision, Grant, PolicyDocument, RequestContext } from './evaluator/types.ts'

/** Who calls: the account's administrator, a session of a role, or an AWS service on its own behalf. */
export type Principal = UserPrincipal | RolePrincipal | ServicePrincipal

export interface UserPrincipal {
  readonly kind: 'user'
  /** `arn:aws:iam::000000000000:user/local` */
  readonly arn: string
  readonly accountId: string
  readonly userName: string
}

export interface RolePrincipal {
  readonly kind: 'role'
  /** `arn:aws:sts::000000000000:assumed-role/<role>/<session>` */
  readonly arn: string
  readonly accountId: string
  readonly roleName: string
  readonly roleArn: string
  readonly sessionName: string
}

export interface ServicePrincipal {
  readonly kind: 'service'
  /** The service's name stands in for an ARN: `secretsmanager.amazonaws.com`. */
  readonly arn: string
  readonly accountId: string
}

export interface Credentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken: string
  readonly expiration: Date
}

export interface AssumeOptions {
  /** The service that takes the role, which the role's trust policy must then let assume: `lambda.amazonaws.com`. */
  readonly service?: string
  /** Goes into `aws:SourceArn` and `aws:SourceAccount`, against confused deputies. */
  readonly sourceArn?: string
  /** How long the credentials live by the cloud's clock, in milliseconds; one hour unless given. */
  readonly durationMs?: number
}

/** What the rest of the cloud asks of IAM. */
export interface Iam {
  /**
   * Who holds an access key.
   * @returns undefined for an unknown key or for a session token that does not belong to it
   * @throws ServiceError `ExpiredTokenException` for role credentials past their expiration
   */
  principalFor(accessKeyId: string, sessionToken: string | undefined): Principal | undefined
  /** Decides one call, and records every grant that allowed it. `resourcePolicy` comes from {@link parsePolicy}. */
  authorize(
    principal: Principal,
    action: string,
    resource: string,
    context?: RequestContext,
    resourcePolicy?: PolicyDocument,
  ): Decision
  /**
   * Temporary credentials of a role. With `service` the trust policy is enforced; without, it is not.
   * @throws ServiceError `NoSuchEntity` for an unknown role, `AccessDenied` when the trust policy does not allow it
   */
  issueCredentials(roleArn: string, sessionName: string, options?: AssumeOptions): Credentials
  /** The same, for work that the cloud does itself under a role, such as a schedule that invokes its target. */
  assume(roleArn: string, sessionName: string, options: AssumeOptions): RolePrincipal
  /** Tells the use report which resource policies exist; each service that has some registers once, at start. */
  watchResourcePolicies(source: () => Iterable<ResourcePolicy>): void
  /** Every (action, resource) that a role's policies grant. */
  grants(): Grant[]
  /** Those grants of roles that no call has ever used. */
  unusedGrants(): Grant[]
  /** Every grant of a resource policy: trust policies, and what {@link watchResourcePolicies} brought. */
  resourceGrants(): Grant[]
  unusedResourceGrants(): Grant[]
  /** Calls that were allowed, one for each caller, resource and set of grants, to be asked again under other policies. */
  uses(): readonly RecordedUse[]
  /** Forgets all recorded use, so that a test may measure one scenario. */
  clearUse(): void
}

export interface ResourcePolicy {
  /** ARN of the resource that carries the policy. */
  readonly resource: string
  readonly document: PolicyDocument
}

export const servicePrincipal = (service: string, accountId: string): ServicePrincipal => ({
  kind: 'service',
  arn: service,
  accountId,
})
