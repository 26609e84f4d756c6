import { AddPermissionCommand, RemovePermissionCommand } from '@aws-sdk/client-lambda'
import { z } from 'zod'
import { autoName, common, defineResource } from '../../resource.ts'

const inputs = z.strictObject({
  ...common,
  function: z.string(),
  action: z.string(),
  principal: z.string(),
  sourceArn: z.string().optional(),
  sourceAccount: z.string().optional(),
  statementId: z.string().optional(),
  statementIdPrefix: z.string().optional(),
})

export const permission = defineResource({
  inputs,
  deleteBeforeReplace: true,
  create: async (args, context) => {
    const statementId = args.statementId ?? autoName(context, args.statementIdPrefix)
    await context.clients.lambda.send(
      new AddPermissionCommand({
        FunctionName: args.function,
        StatementId: statementId,
        Action: args.action,
        Principal: args.principal,
        SourceArn: args.sourceArn,
        SourceAccount: args.sourceAccount,
      }),
    )
    return { id: statementId, outputs: { statementId } }
  },
  delete: async ({ id, outputs }, { clients }) => {
    await clients.lambda.send(new RemovePermissionCommand({ FunctionName: String(outputs.function), StatementId: id }))
  },
})
