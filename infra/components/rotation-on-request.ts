import { ComponentResource, type ComponentResourceOptions, type Input, type Resource } from '@pulumi/pulumi'
import { functionStep } from './function-step.ts'

export interface RotationOnRequestArgs {
  readonly secretArn: Input<string>
  readonly functionArn: Input<string>
  readonly functionName: Input<string>
  /** What must be there before the first rotation: permissions, the secret's fence, a first value. */
  readonly after: readonly Resource[]
}

/**
 * Rotation without a schedule: only when somebody asks. Pulumi's own resource must have one, so the rotation function turns
 * rotation on itself, and off before the resource goes (docs/decisions/029).
 */
export class RotationOnRequest extends ComponentResource {
  /** Depend on it where the function must have been tried out. */
  readonly ready: readonly Resource[]

  constructor(name: string, args: RotationOnRequestArgs, options?: ComponentResourceOptions) {
    super('keyturn:index:RotationOnRequest', name, {}, options)
    const step = { Step: 'rotateOnRequest', SecretId: args.secretArn, FunctionArn: args.functionArn }
    this.ready = [functionStep(`${name}-on-request`, this, { ...args, step })]
    this.registerOutputs({})
  }
}
