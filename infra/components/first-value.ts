import { ComponentResource, type ComponentResourceOptions, type Input, type Resource } from '@pulumi/pulumi'
import type { RotationEntry } from '../../core/inventory.ts'
import { functionStep } from './function-step.ts'

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
 * the secret is deleted, revoke all that it opens.
 */
export class FirstValue extends ComponentResource {
  readonly ready: readonly Resource[]

  constructor(name: string, args: FirstValueArgs, options?: ComponentResourceOptions) {
    super('keyturn:index:FirstValue', name, {}, options)
    const step = { Step: 'createFirstValue', SecretId: args.secretArn, entry: args.entry }
    this.ready = [functionStep(`${name}-first-value`, this, { ...args, step })]
    this.registerOutputs({})
  }
}
