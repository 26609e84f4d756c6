import {
  SecretRotation as AwsSecretRotation,
  type SecretRotationArgs as AwsSecretRotationArgs,
} from '@pulumi/aws/secretsmanager/secretRotation.js'
import { ComponentResource, type ComponentResourceOptions, type Input, type Resource } from '@pulumi/pulumi'
import { DEFAULT_WINDOW } from '../config/schema.ts'

export interface SecretRotationArgs {
  readonly secretArn: Input<string>
  readonly functionArn: Input<string>
  readonly schedule: string
  readonly window: string | undefined
  /** What must be there before the first rotation: permissions, the secret's fence, a first value. */
  readonly after: readonly Resource[]
}

/** When a secret rotates by itself, and which function does it (A4). */
export class SecretRotation extends ComponentResource {
  /** Depend on it where the function must have been tried out. */
  readonly ready: readonly Resource[]

  constructor(name: string, args: SecretRotationArgs, options?: ComponentResourceOptions) {
    super('keyturn:index:SecretRotation', name, {}, options)
    const rotation: AwsSecretRotationArgs = {
      secretId: args.secretArn,
      rotationLambdaArn: args.functionArn,
      // Turning rotation on must not rotate: consumers may not be there yet. AWS tries out testSecret instead.
      rotateImmediately: false,
      rotationRules: { scheduleExpression: args.schedule, duration: args.window ?? DEFAULT_WINDOW },
    }
    const configured = new AwsSecretRotation(`${name}-rotation`, rotation, {
      parent: this,
      dependsOn: [...args.after],
    })
    this.ready = [configured]
    this.registerOutputs({})
  }
}
