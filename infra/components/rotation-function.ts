import { Permission } from '@pulumi/aws/lambda/permission.js'
import { ComponentResource, type ComponentResourceOptions, type Output, type Resource } from '@pulumi/pulumi'
import type { RotationInventory } from '../../core/inventory.ts'
import { LambdaFunction, type LambdaFunctionArgs } from './lambda-function.ts'

export interface RotationFunctionArgs extends Omit<LambdaFunctionArgs, 'files'> {
  readonly inventory: RotationInventory
  readonly accountId: string
}

/** The function that rotates every secret of one family of strategies (A3). */
export class RotationFunction extends ComponentResource {
  readonly arn: Output<string>
  readonly functionName: Output<string>
  /** Depend on it before rotating: the function can act, and Secrets Manager may invoke it. */
  readonly ready: readonly Resource[]

  constructor(name: string, args: RotationFunctionArgs, options?: ComponentResourceOptions) {
    super('keyturn:index:RotationFunction', name, {}, options)
    const parent = this

    const lambda = createFunction()
    const permission = allowSecretsManager()

    this.arn = lambda.arn
    this.functionName = lambda.functionName
    this.ready = [...lambda.ready, permission]
    this.registerOutputs({ arn: lambda.arn })

    function createFunction(): LambdaFunction {
      const files = { 'inventory.json': `${JSON.stringify(args.inventory, undefined, 2)}\n` }
      return new LambdaFunction(name, { ...args, files }, { parent })
    }

    function allowSecretsManager(): Permission {
      return new Permission(
        `${name}-permission`,
        {
          statementId: 'SecretsManagerRotates',
          function: lambda.functionName,
          action: 'lambda:InvokeFunction',
          principal: 'secretsmanager.amazonaws.com',
          // Without it, a secret in a stranger's account could name this function.
          sourceAccount: args.accountId,
        },
        { parent },
      )
    }
  }
}
