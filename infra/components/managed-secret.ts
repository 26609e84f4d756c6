import { Secret, type SecretArgs } from '@pulumi/aws/secretsmanager/secret.js'
import { SecretPolicy, type SecretPolicyArgs } from '@pulumi/aws/secretsmanager/secretPolicy.js'
import { SecretVersion, type SecretVersionArgs } from '@pulumi/aws/secretsmanager/secretVersion.js'
import {
  ComponentResource,
  type ComponentResourceOptions,
  type Input,
  type Output,
  type Resource,
  secret as secretOutput,
} from '@pulumi/pulumi'
import type { SecretString } from '../../core/secret-string.ts'
import { formatProxyReads, type ProxyReads, RUN_TAGS, SUPPLIED_LABEL, TAG } from '../../core/tags.ts'
import { strategyFor } from '../../lambdas/strategies/find-strategy.ts'
import type { Strategy } from '../../lambdas/strategies/strategy.ts'
import type { SecretSettings } from '../config/schema.ts'
import type { Naming } from '../naming.ts'
import { secretPolicy } from '../policies/secret-policy.ts'
import { READS } from './proxy-roles.ts'

export interface ManagedSecretArgs {
  readonly naming: Naming
  readonly settings: SecretSettings
  /** KMS key of the secret's group. */
  readonly keyArn: Input<string>
  /** Role ARNs that put and read values. */
  readonly writers: readonly string[]
  /** Role ARNs that only read values. */
  readonly readers: readonly string[]
  /** How the proxy reads it, where it does. */
  readonly proxyReads?: ProxyReads | undefined
  /** The first value, where a person hands it over. */
  readonly value: SecretString | undefined
  readonly protect: boolean
}

/** A secret under its group's key, tagged so that AWS alone tells what it is, and fenced by its own policy. */
export class ManagedSecret extends ComponentResource {
  readonly arn: Output<string>
  /** What must exist before anyone uses the secret: its fence, and the first value that a person supplied. */
  readonly ready: readonly Resource[]

  constructor(name: string, args: ManagedSecretArgs, options?: ComponentResourceOptions) {
    super('keyturn:index:ManagedSecret', name, {}, options)
    const parent = this

    const secret = createSecret()
    const fence = createPolicy()
    const version = createSuppliedVersion()

    this.arn = secret.arn
    this.ready = version ? [fence, version] : [fence]
    this.registerOutputs({ arn: secret.arn })

    function createSecret(): Secret {
      const { naming, settings, protect, keyArn } = args
      const secret: SecretArgs = {
        name: naming.secret(name),
        description: settings.description,
        kmsKeyId: keyArn,
        recoveryWindowInDays: 30,
        tags: {
          [TAG.stack]: naming.stackTag,
          [TAG.grace]: settings.grace,
          [TAG.owner]: settings.owner,
          ...strategyTags(strategyFor(settings.strategy)),
          ...(args.proxyReads && { [TAG.proxy]: READS, [TAG.proxyReads]: formatProxyReads(args.proxyReads) }),
        },
      }
      // Functions and the CLI keep tags of their own on a secret, which are none of Pulumi's business.
      const ignoreChanges = RUN_TAGS.map((tag) => `tags["${tag}"]`)
      return new Secret(`${name}-secret`, secret, { parent, protect, ignoreChanges })
    }

    function createPolicy(): SecretPolicy {
      const policy: SecretPolicyArgs = {
        secretArn: secret.arn,
        blockPublicPolicy: true,
        policy: JSON.stringify(secretPolicy(args.writers, args.readers)),
      }
      return new SecretPolicy(`${name}-policy`, policy, { parent })
    }

    function createSuppliedVersion(): SecretVersion | undefined {
      if (args.value === undefined) return undefined
      const version: SecretVersionArgs = {
        secretId: secret.arn,
        secretString: secretOutput(args.value.reveal()),
        // One that need not be there may come to a secret that has a value: it waits for the next rotation then.
        ...(strategyFor(args.settings.strategy).supply === 'allowed' && { versionStages: [SUPPLIED_LABEL] }),
      }
      // The config holds the first value only: once rotated, the secret and not the config tells which is current.
      const ignoreChanges = ['secretString', 'versionStages']
      return new SecretVersion(`${name}-first-value`, version, {
        parent,
        ignoreChanges,
        dependsOn: fence,
      })
    }
  }
}

/** What the command line needs to know of a strategy, which it may not import. */
const strategyTags = ({ kind, supply, presentedBy, revoke }: Strategy): Record<string, string> => ({
  [TAG.strategy]: kind,
  [TAG.supply]: supply,
  ...(presentedBy && { [TAG.presentedBy]: presentedBy }),
  ...(revoke && { [TAG.revokedBy]: 'keyturn' }),
})
