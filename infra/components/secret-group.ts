import { Alias, type AliasArgs } from '@pulumi/aws/kms/alias.js'
import { Key, type KeyArgs } from '@pulumi/aws/kms/key.js'
import { ComponentResource, type ComponentResourceOptions, type Output } from '@pulumi/pulumi'
import { TAG } from '../../core/tags.ts'
import type { GroupSettings } from '../config/schema.ts'
import type { Naming } from '../naming.ts'
import { keyPolicy } from '../policies/key-policy.ts'

export interface SecretGroupArgs {
  readonly naming: Naming
  readonly settings: GroupSettings
  /** Role ARNs that put and read values: rotation functions and operators. */
  readonly writers: readonly string[]
  /** Role ARNs that only read values: the proxy and other consumers. */
  readonly readers: readonly string[]
  /** ARN of the identity that makes the group's secrets. */
  readonly creator: string
  readonly protect: boolean
}

/** The KMS key that encrypts a group of secrets, usable through Secrets Manager by named principals only (A1). */
export class SecretGroup extends ComponentResource {
  readonly keyArn: Output<string>

  constructor(name: string, args: SecretGroupArgs, options?: ComponentResourceOptions) {
    super('keyturn:index:SecretGroup', name, {}, options)
    const parent = this

    const key = createKey()
    createAlias()

    this.keyArn = key.arn
    this.registerOutputs({ keyArn: key.arn })

    function createKey(): Key {
      const { naming, settings, protect } = args
      const key: KeyArgs = {
        description: settings.description,
        enableKeyRotation: true,
        rotationPeriodInDays: settings.rotationDays,
        deletionWindowInDays: 30,
        multiRegion: settings.multiRegion,
        policy: JSON.stringify(keyPolicy(args)),
        tags: { [TAG.stack]: naming.stackTag },
      }
      return new Key(`${name}-key`, key, { parent, protect })
    }

    function createAlias(): Alias {
      const alias: AliasArgs = { name: args.naming.keyAlias(name), targetKeyId: key.keyId }
      return new Alias(`${name}-alias`, alias, { parent })
    }
  }
}
