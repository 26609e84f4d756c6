import { Invocation } from '@pulumi/aws/lambda/invocation.js'
import {
  ComponentResource,
  type ComponentResourceOptions,
  type Input,
  jsonStringify,
  type Resource,
} from '@pulumi/pulumi'
import type { RotationEntry } from '../../core/inventory.ts'

export interface FirstValueArgs {
  readonly secretArn: Input<string>
  /** The secret's entry in the function's inventory, for the day on which the inventory has it no longer. */
  readonly entry: RotationEntry
  readonly functionName: Input<string>
  /** What must be there before: the secret's fence, the function's permissions, and first values that this one needs. */
  readonly after: readonly Resource[]
}

/**
 * Has the rotation function make a secret's first value, inside AWS, so that Pulumi's state never holds one; and, before
 * the secret is deleted, revoke all that it opens. Pulumi adds `tf: {action: create | update | delete}` to the input.
 */
export class FirstValue extends ComponentResource {
  readonly ready: readonly Resource[]

  constructor(name: string, args: FirstValueArgs, options?: ComponentResourceOptions) {
    super('keyturn:index:FirstValue', name, {}, options)
    const invocation = new Invocation(
      `${name}-first-value`,
      {
        functionName: args.functionName,
        lifecycleScope: 'CRUD',
        input: jsonStringify({ Step: 'createFirstValue', SecretId: args.secretArn, entry: args.entry }),
      },
      { parent: this, dependsOn: [...args.after] },
    )
    this.ready = [invocation]
    this.registerOutputs({})
  }
}
