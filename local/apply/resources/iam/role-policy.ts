import { DeleteRolePolicyCommand, PutRolePolicyCommand } from '@aws-sdk/client-iam'
import { z } from 'zod'
import { autoName, common, defineResource, policyText } from '../../resource.ts'

const inputs = z.strictObject({
  ...common,
  role: z.string(),
  name: z.string().optional(),
  namePrefix: z.string().optional(),
  policy: policyText,
})

export const rolePolicy = defineResource({
  inputs,
  replaceOn: ['role', 'name', 'namePrefix'],
  create: async (args, context) => {
    const name = args.name ?? autoName(context, args.namePrefix)
    await context.clients.iam.send(
      new PutRolePolicyCommand({ RoleName: args.role, PolicyName: name, PolicyDocument: args.policy }),
    )
    return { id: `${args.role}:${name}`, outputs: { name, policy: args.policy } }
  },
  update: async ({ outputs }, args, { clients }) => {
    await clients.iam.send(
      new PutRolePolicyCommand({ RoleName: args.role, PolicyName: String(outputs.name), PolicyDocument: args.policy }),
    )
    return { policy: args.policy }
  },
  delete: async ({ outputs }, { clients }) => {
    await clients.iam.send(
      new DeleteRolePolicyCommand({ RoleName: String(outputs.role), PolicyName: String(outputs.name) }),
    )
  },
})
