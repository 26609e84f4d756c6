import { AttachRolePolicyCommand, DetachRolePolicyCommand } from '@aws-sdk/client-iam'
import { z } from 'zod'
import { common, defineResource } from '../../resource.ts'

const inputs = z.strictObject({ ...common, role: z.string(), policyArn: z.string() })

export const rolePolicyAttachment = defineResource({
  inputs,
  create: async ({ role, policyArn }, { clients }) => {
    await clients.iam.send(new AttachRolePolicyCommand({ RoleName: role, PolicyArn: policyArn }))
    return { id: `${role}/${policyArn}`, outputs: {} }
  },
  delete: async ({ outputs }, { clients }) => {
    await clients.iam.send(
      new DetachRolePolicyCommand({ RoleName: String(outputs.role), PolicyArn: String(outputs.policyArn) }),
    )
  },
})
