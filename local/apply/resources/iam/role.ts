import {
  AttachRolePolicyCommand,
  CreateRoleCommand,
  DeleteRoleCommand,
  DeleteRolePolicyCommand,
  DetachRolePolicyCommand,
  ListAttachedRolePoliciesCommand,
  ListRolePoliciesCommand,
  PutRolePolicyCommand,
  UpdateAssumeRolePolicyCommand,
} from '@aws-sdk/client-iam'
import { z } from 'zod'
import { autoName, common, defineResource, policyText, type ResourceContext, tags } from '../../resource.ts'
import { keyValueTags } from '../tags.ts'

const inputs = z.strictObject({
  ...common,
  tags,
  name: z.string().optional(),
  namePrefix: z.string().optional(),
  path: z.string().optional(),
  description: z.string().optional(),
  maxSessionDuration: z.int().optional(),
  assumeRolePolicy: policyText,
  inlinePolicies: z.array(z.strictObject({ name: z.string(), policy: policyText })).optional(),
  managedPolicyArns: z.array(z.string()).optional(),
  forceDetachPolicies: z.boolean().optional(),
})

export const role = defineResource({
  inputs,
  replaceOn: [
    'name',
    'namePrefix',
    'path',
    'description',
    'maxSessionDuration',
    'tags',
    'inlinePolicies',
    'managedPolicyArns',
  ],
  deleteBeforeReplace: true,
  create: async (args, context) => {
    const { iam } = context.clients
    const name = args.name ?? autoName(context, args.namePrefix)
    const { Role } = await iam.send(
      new CreateRoleCommand({
        RoleName: name,
        Path: args.path,
        Description: args.description,
        MaxSessionDuration: args.maxSessionDuration,
        AssumeRolePolicyDocument: args.assumeRolePolicy,
        Tags: keyValueTags(args.tags),
      }),
    )
    for (const { name: PolicyName, policy: PolicyDocument } of args.inlinePolicies ?? []) {
      await iam.send(new PutRolePolicyCommand({ RoleName: name, PolicyName, PolicyDocument }))
    }
    for (const PolicyArn of args.managedPolicyArns ?? []) {
      await iam.send(new AttachRolePolicyCommand({ RoleName: name, PolicyArn }))
    }
    const { assumeRolePolicy } = args
    return {
      id: name,
      outputs: { arn: Role?.Arn, name, uniqueId: Role?.RoleId, assumeRolePolicy, tagsAll: args.tags ?? {} },
    }
  },
  update: async ({ id }, { assumeRolePolicy }, { clients }) => {
    await clients.iam.send(new UpdateAssumeRolePolicyCommand({ RoleName: id, PolicyDocument: assumeRolePolicy }))
    return { assumeRolePolicy }
  },
  delete: async ({ id }, context) => {
    await removePolicies(id, context)
    await context.clients.iam.send(new DeleteRoleCommand({ RoleName: id }))
  },
})

async function removePolicies(RoleName: string, { clients: { iam } }: ResourceContext): Promise<void> {
  const { PolicyNames } = await iam.send(new ListRolePoliciesCommand({ RoleName }))
  for (const PolicyName of PolicyNames ?? []) await iam.send(new DeleteRolePolicyCommand({ RoleName, PolicyName }))
  const { AttachedPolicies } = await iam.send(new ListAttachedRolePoliciesCommand({ RoleName }))
  for (const { PolicyArn } of AttachedPolicies ?? []) {
    await iam.send(new DetachRolePolicyCommand({ RoleName, PolicyArn }))
  }
}
