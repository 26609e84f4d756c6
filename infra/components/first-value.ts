import { Invocation } from '@pulumi/aws/lambda/invocation.js'
import {
  ComponentResource,
  type ComponentResourceOptions,
  type Input,
  jsonStringify,
  type Resource,
} from '@pulumi/pulumi'

export interface FirstValueArgs {
  readonly secretArn: Input<string>
  readonly functionName: Input<string>
  /** What must be there before: the secret's fence, the function's permissions, and first values that this one needs. */
  readonly after: readonly Resource[]
}

/** Has the rotation function make a secret's first value, inside AWS, so that Pulumi's state never holds one. */
export class FirstValue extends ComponentResource {
  readonly ready: readonly Resource[]

  constructor(name: string, args: FirstValueArgs, options?: ComponentResourceOptions) {
    super('keyturn:index:FirstValue', name, {}, options)
    const invocation = new Invocation(
      `${name}-first-value`,
      {
        functionName: args.functionName,
        input: jsonStringify({ Step: 'createFirstValue', SecretId: args.secretArn }),
      },
      { parent: this, dependsOn: [...args.after] },
    )
    this.ready = [invocation]
    this.registerOutputs({})
  }
}
