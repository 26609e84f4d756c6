import { CancelRotateSecretCommand, RotateSecretCommand } from '@aws-sdk/client-secrets-manager'
import { z } from 'zod'
import { common, defineResource, type ResourceContext } from '../../resource.ts'

const inputs = z.strictObject({
  ...common,
  secretId: z.string(),
  rotationLambdaArn: z.string(),
  rotateImmediately: z.boolean().optional(),
  rotationEnabled: z.literal(true).optional(),
  rotationRules: z.strictObject({
    automaticallyAfterDays: z.int().optional(),
    duration: z.string().optional(),
    scheduleExpression: z.string().optional(),
  }),
})

export const secretRotation = defineResource({
  inputs,
  replaceOn: ['secretId'],
  create: async (args, context) => {
    await configure(args, context)
    return { id: args.secretId, outputs: { rotationEnabled: true } }
  },
  update: async (_existing, args, context) => {
    await configure(args, context)
    return { rotationEnabled: true }
  },
  delete: async ({ id }, { clients }) => {
    await clients.secretsManager.send(new CancelRotateSecretCommand({ SecretId: id }))
  },
})

async function configure(args: z.infer<typeof inputs>, { clients, random }: ResourceContext): Promise<void> {
  await clients.secretsManager.send(
    new RotateSecretCommand({
      SecretId: args.secretId,
      ClientRequestToken: random.uuid(),
      RotationLambdaARN: args.rotationLambdaArn,
      RotateImmediately: args.rotateImmediately ?? true,
      RotationRules: {
        AutomaticallyAfterDays: args.rotationRules.automaticallyAfterDays,
        Duration: args.rotationRules.duration,
        ScheduleExpression: args.rotationRules.scheduleExpression,
      },
    }),
  )
}
