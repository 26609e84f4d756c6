import { DeleteResourcePolicyCommand, PutResourcePolicyCommand } from '@aws-sdk/client-secrets-manager'
import { z } from 'zod'
import { common, defineResource, policyText, type ResourceContext } from '../../resource.ts'

const inputs = z.strictObject({
  ...common,
  secretArn: z.string(),
  policy: policyText,
  blockPublicPolicy: z.boolean().optional(),
})

export const secretPolicy = defineResource({
  inputs,
  replaceOn: ['secretArn'],
  create: async (args, context) => {
    await put(args, context)
    return { id: args.secretArn, outputs: { policy: args.policy } }
  },
  update: async (_existing, args, context) => {
    await put(args, context)
    return { policy: args.policy }
  },
  delete: async ({ id }, { clients }) => {
    await clients.secretsManager.send(new DeleteResourcePolicyCommand({ SecretId: id }))
  },
})

async function put(args: z.infer<typeof inputs>, { clients }: ResourceContext): Promise<void> {
  await clients.secretsManager.send(
    new PutResourcePolicyCommand({
      SecretId: args.secretArn,
      ResourcePolicy: args.policy,
      BlockPublicPolicy: args.blockPublicPolicy,
    }),
  )
}
