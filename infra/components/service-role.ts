import { Role } from '@pulumi/aws/iam/role.js'
import { RolePolicy } from '@pulumi/aws/iam/rolePolicy.js'
import { ComponentResource, type ComponentResourceOptions, type Output } from '@pulumi/pulumi'
import type { Naming } from '../naming.ts'
import { type IamStatement, policy } from '../policies/permissions.ts'
import { trustService } from '../policies/trust-policy.ts'

export interface ServiceRoleArgs {
  readonly naming: Naming
  readonly description: string
  /** The AWS service that takes the role: `lambda.amazonaws.com`. */
  readonly service: string
  /** All that the role may do. */
  readonly statements: Output<readonly IamStatement[]>
}

/** A role for one AWS service, with one inline policy that tells everything it may do. */
export class ServiceRole extends ComponentResource {
  readonly arn: Output<string>
  /** Depend on it where the role must be able to act. */
  readonly policy: RolePolicy

  constructor(name: string, args: ServiceRoleArgs, options?: ComponentResourceOptions) {
    super('keyturn:index:ServiceRole', name, {}, options)
    const parent = this

    const role = createRole()

    this.arn = role.arn
    this.policy = createPolicy()
    this.registerOutputs({ arn: role.arn })

    function createRole(): Role {
      return new Role(
        name,
        {
          name: args.naming.physical(name),
          description: args.description,
          assumeRolePolicy: JSON.stringify(trustService(args.service)),
        },
        { parent },
      )
    }

    function createPolicy(): RolePolicy {
      return new RolePolicy(
        `${name}-policy`,
        {
          name: 'permissions',
          role: role.name,
          policy: args.statements.apply((statements) => JSON.stringify(policy(...statements))),
        },
        { parent },
      )
    }
  }
}
