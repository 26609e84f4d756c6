import { CreateAliasCommand, DeleteAliasCommand, UpdateAliasCommand } from '@aws-sdk/client-kms'
import { z } from 'zod'
import { autoName, common, defineResource, type ResourceContext } from '../../resource.ts'

const inputs = z.strictObject({
  ...common,
  name: z.string().startsWith('alias/').optional(),
  targetKeyId: z.string(),
})

export const alias = defineResource({
  inputs,
  replaceOn: ['name'],
  create: async ({ name = '', targetKeyId }, context) => {
    const aliasName = name || `alias/${autoName(context)}`
    await context.clients.kms.send(new CreateAliasCommand({ AliasName: aliasName, TargetKeyId: targetKeyId }))
    return {
      id: aliasName,
      outputs: { name: aliasName, arn: arnOf(aliasName, context), targetKeyArn: keyArn(targetKeyId, context) },
    }
  },
  update: async ({ id }, { targetKeyId }, context) => {
    await context.clients.kms.send(new UpdateAliasCommand({ AliasName: id, TargetKeyId: targetKeyId }))
    return { targetKeyArn: keyArn(targetKeyId, context) }
  },
  delete: async ({ id }, { clients }) => {
    await clients.kms.send(new DeleteAliasCommand({ AliasName: id }))
  },
})

const arnOf = (name: string, { region, accountId }: ResourceContext) => `arn:aws:kms:${region}:${accountId}:${name}`

const keyArn = (id: string, context: ResourceContext) => (id.startsWith('arn:') ? id : arnOf(`key/${id}`, context))
