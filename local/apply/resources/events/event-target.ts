import { PutTargetsCommand, RemoveTargetsCommand } from '@aws-sdk/client-eventbridge'
import { z } from 'zod'
import { KeyturnError } from '../../../../core/errors.ts'
import { autoName, common, defineResource, type ResourceContext } from '../../resource.ts'

const inputs = z.strictObject({
  ...common,
  rule: z.string(),
  arn: z.string(),
  targetId: z.string().optional(),
  input: z.string().optional(),
  inputPath: z.string().optional(),
})

type Inputs = z.infer<typeof inputs>

export const eventTarget = defineResource<Inputs>({
  inputs,
  replaceOn: ['rule', 'targetId'],
  create: async (args, context) => {
    const targetId = args.targetId ?? autoName(context)
    await put(targetId, args, context)
    return { id: `${args.rule}-${targetId}`, outputs: { targetId } }
  },
  update: async ({ outputs }, args, context) => {
    await put(String(outputs.targetId), args, context)
    return {}
  },
  delete: async ({ outputs: { rule, targetId } }, { clients }) => {
    await clients.events.send(new RemoveTargetsCommand({ Rule: String(rule), Ids: [String(targetId)] }))
  },
})

async function put(Id: string, { rule, arn, input, inputPath }: Inputs, { clients }: ResourceContext): Promise<void> {
  const target = { Id, Arn: arn, Input: input, InputPath: inputPath }
  const { FailedEntries = [] } = await clients.events.send(new PutTargetsCommand({ Rule: rule, Targets: [target] }))
  const [failed] = FailedEntries
  if (failed) throw new KeyturnError('target-refused', `EventBridge refused the target: ${failed.ErrorMessage}`)
}
