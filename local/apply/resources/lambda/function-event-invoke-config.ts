import { DeleteFunctionEventInvokeConfigCommand, PutFunctionEventInvokeConfigCommand } from '@aws-sdk/client-lambda'
import { z } from 'zod'
import { common, defineResource, type ResourceContext } from '../../resource.ts'

const destination = z.strictObject({ destination: z.string() }).optional()

const inputs = z.strictObject({
  ...common,
  functionName: z.string(),
  maximumRetryAttempts: z.int().optional(),
  maximumEventAgeInSeconds: z.int().optional(),
  destinationConfig: z.strictObject({ onFailure: destination, onSuccess: destination }).optional(),
})

export const functionEventInvokeConfig = defineResource({
  inputs,
  replaceOn: ['functionName'],
  create: async (args, context) => {
    await put(args, context)
    return { id: args.functionName, outputs: {} }
  },
  update: async (_existing, args, context) => {
    await put(args, context)
    return {}
  },
  delete: async ({ id }, { clients }) => {
    await clients.lambda.send(new DeleteFunctionEventInvokeConfigCommand({ FunctionName: id }))
  },
})

async function put(args: z.infer<typeof inputs>, { clients }: ResourceContext): Promise<void> {
  const { onFailure, onSuccess } = args.destinationConfig ?? {}
  await clients.lambda.send(
    new PutFunctionEventInvokeConfigCommand({
      FunctionName: args.functionName,
      MaximumRetryAttempts: args.maximumRetryAttempts,
      MaximumEventAgeInSeconds: args.maximumEventAgeInSeconds,
      DestinationConfig: {
        ...(onFailure && { OnFailure: { Destination: onFailure.destination } }),
        ...(onSuccess && { OnSuccess: { Destination: onSuccess.destination } }),
      },
    }),
  )
}
