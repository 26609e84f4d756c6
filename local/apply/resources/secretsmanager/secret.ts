import {
  CreateSecretCommand,
  DeleteResourcePolicyCommand,
  DeleteSecretCommand,
  PutResourcePolicyCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateSecretCommand,
} from '@aws-sdk/client-secrets-manager'
import { z } from 'zod'
import { autoName, common, defineResource, policyText, tags } from '../../resource.ts'
import { diffTags, keyValueTags } from '../tags.ts'

const inputs = z.strictObject({
  ...common,
  tags,
  name: z.string().optional(),
  namePrefix: z.string().optional(),
  description: z.string().optional(),
  kmsKeyId: z.string().optional(),
  policy: policyText.optional(),
  recoveryWindowInDays: z.int().min(0).max(30).optional(),
  forceOverwriteReplicaSecret: z.boolean().optional(),
  replicas: z.array(z.never('replicas: the local cloud has one Region')).optional(),
})

export const secret = defineResource({
  inputs,
  replaceOn: ['name', 'namePrefix'],
  create: async (args, context) => {
    const { secretsManager } = context.clients
    const name = args.name ?? autoName(context, args.namePrefix)
    const { ARN } = await secretsManager.send(
      new CreateSecretCommand({
        Name: name,
        Description: args.description,
        KmsKeyId: args.kmsKeyId,
        Tags: keyValueTags(args.tags),
      }),
    )
    if (args.policy)
      await secretsManager.send(new PutResourcePolicyCommand({ SecretId: ARN, ResourcePolicy: args.policy }))
    return { id: ARN ?? '', outputs: { arn: ARN, name, tagsAll: args.tags ?? {} } }
  },
  update: async ({ id, inputs: before }, args, { clients: { secretsManager } }) => {
    await secretsManager.send(
      new UpdateSecretCommand({ SecretId: id, Description: args.description ?? '', KmsKeyId: args.kmsKeyId }),
    )
    if (args.policy)
      await secretsManager.send(new PutResourcePolicyCommand({ SecretId: id, ResourcePolicy: args.policy }))
    else if (before.policy) await secretsManager.send(new DeleteResourcePolicyCommand({ SecretId: id }))
    const { add, remove } = diffTags(before, args.tags)
    if (remove.length > 0) await secretsManager.send(new UntagResourceCommand({ SecretId: id, TagKeys: remove }))
    if (Object.keys(add).length > 0) {
      await secretsManager.send(new TagResourceCommand({ SecretId: id, Tags: keyValueTags(add) }))
    }
    return { tagsAll: args.tags ?? {} }
  },
  delete: async ({ id, inputs: { recoveryWindowInDays: days } }, { clients }) => {
    await clients.secretsManager.send(
      new DeleteSecretCommand({
        SecretId: id,
        ...(days === 0
          ? { ForceDeleteWithoutRecovery: true }
          : typeof days === 'number' && { RecoveryWindowInDays: days }),
      }),
    )
  },
})
