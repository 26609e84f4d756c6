import {
  CreateKeyCommand,
  DisableKeyRotationCommand,
  EnableKeyRotationCommand,
  type KeyUsageType,
  PutKeyPolicyCommand,
  ScheduleKeyDeletionCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateKeyDescriptionCommand,
} from '@aws-sdk/client-kms'
import { z } from 'zod'
import { common, defineResource, policyText, type ResourceContext, tags } from '../../resource.ts'
import { diffTags } from '../tags.ts'

const inputs = z.strictObject({
  ...common,
  tags,
  description: z.string().optional(),
  deletionWindowInDays: z.int().min(7).max(30).optional(),
  enableKeyRotation: z.boolean().optional(),
  rotationPeriodInDays: z.int().min(90).max(2560).optional(),
  bypassPolicyLockoutSafetyCheck: z.boolean().optional(),
  isEnabled: z.literal(true).optional(),
  keyUsage: z.literal('ENCRYPT_DECRYPT').optional(),
  customerMasterKeySpec: z.literal('SYMMETRIC_DEFAULT').optional(),
  multiRegion: z.boolean().optional(),
  policy: policyText.optional(),
})

export const key = defineResource({
  inputs,
  replaceOn: ['multiRegion', 'keyUsage', 'customerMasterKeySpec'],
  create: async (args, context) => {
    const { KeyMetadata } = await context.clients.kms.send(
      new CreateKeyCommand({
        Description: args.description,
        KeyUsage: args.keyUsage as KeyUsageType | undefined,
        MultiRegion: args.multiRegion,
        Policy: args.policy,
        BypassPolicyLockoutSafetyCheck: args.bypassPolicyLockoutSafetyCheck,
        Tags: toKmsTags(args.tags ?? {}),
      }),
    )
    const keyId = KeyMetadata?.KeyId ?? ''
    if (args.enableKeyRotation) await setRotation(keyId, args, context)
    return { id: keyId, outputs: { arn: KeyMetadata?.Arn, keyId, tagsAll: args.tags ?? {} } }
  },
  update: async ({ id, inputs: before }, args, context) => {
    const { kms } = context.clients
    await kms.send(new UpdateKeyDescriptionCommand({ KeyId: id, Description: args.description ?? '' }))
    if (args.policy !== undefined) {
      await kms.send(new PutKeyPolicyCommand({ KeyId: id, PolicyName: 'default', Policy: args.policy }))
    }
    await setRotation(id, args, context)
    const { add, remove } = diffTags(before, args.tags)
    if (remove.length > 0) await kms.send(new UntagResourceCommand({ KeyId: id, TagKeys: remove }))
    if (Object.keys(add).length > 0) await kms.send(new TagResourceCommand({ KeyId: id, Tags: toKmsTags(add) }))
    return { tagsAll: args.tags ?? {} }
  },
  delete: async ({ id, inputs: { deletionWindowInDays } }, { clients }) => {
    const days = typeof deletionWindowInDays === 'number' ? deletionWindowInDays : undefined
    await clients.kms.send(new ScheduleKeyDeletionCommand({ KeyId: id, PendingWindowInDays: days }))
  },
})

async function setRotation(keyId: string, args: z.infer<typeof inputs>, { clients }: ResourceContext): Promise<void> {
  if (!args.enableKeyRotation) {
    await clients.kms.send(new DisableKeyRotationCommand({ KeyId: keyId }))
    return
  }
  await clients.kms.send(
    new EnableKeyRotationCommand({ KeyId: keyId, RotationPeriodInDays: args.rotationPeriodInDays }),
  )
}

const toKmsTags = (all: Record<string, string>) =>
  Object.entries(all).map(([TagKey, TagValue]) => ({ TagKey, TagValue }))
