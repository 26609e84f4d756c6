import { createHash } from 'node:crypto'
import { InvokeCommand } from '@aws-sdk/client-lambda'
import { z } from 'zod'
import { KeyturnError } from '../../../../core/errors.ts'
import { redactText } from '../../../../core/redact.ts'
import { common, defineResource, type Resource, type ResourceContext } from '../../resource.ts'

const inputs = z.strictObject({
  ...common,
  functionName: z.string(),
  input: z.string(),
  qualifier: z.string().optional(),
  lifecycleScope: z.enum(['CREATE_ONLY', 'CRUD']).optional(),
  triggers: z.record(z.string(), z.string()).optional(),
})

type Inputs = z.infer<typeof inputs>

/**
 * Calls the function once, and again when the input or a trigger changes. In the scope `CRUD` it tells the function
 * what for, under the key `tf`, and calls it once more before the end.
 * https://www.pulumi.com/registry/packages/aws/api-docs/lambda/invocation/
 */
export const invocation = defineResource<Inputs>({
  inputs,
  replaceOn: ({ lifecycleScope }) => [
    'functionName',
    'qualifier',
    'triggers',
    ...(lifecycleScope === 'CRUD' ? [] : ['input']),
  ],
  create: (args, context) => invoke(args, 'create', undefined, context),
  update: async ({ inputs: before }, args, context) =>
    (await invoke(args, 'update', String(before.input), context)).outputs,
  delete: async ({ inputs: before }, context) => {
    const args = inputs.parse(before)
    if (args.lifecycleScope === 'CRUD') await invoke(args, 'delete', args.input, context)
  },
})

async function invoke(
  args: Inputs,
  action: 'create' | 'update' | 'delete',
  before: string | undefined,
  { clients }: ResourceContext,
): Promise<Resource> {
  const text = args.lifecycleScope === 'CRUD' ? withLifecycle(args.input, action, before) : args.input
  const { FunctionError, Payload } = await clients.lambda.send(
    new InvokeCommand({ FunctionName: args.functionName, Qualifier: args.qualifier, Payload: Buffer.from(text) }),
  )
  const result = Payload ? Buffer.from(Payload).toString('utf8') : ''
  if (FunctionError) throw new KeyturnError('function-failed', `${args.functionName} failed: ${describe(result)}`)
  const inputHash = createHash('sha256').update(args.input).digest('hex').slice(0, 32)
  return { id: `${args.functionName}_${args.qualifier ?? '$LATEST'}_${inputHash}`, outputs: { result } }
}

function withLifecycle(input: string, action: string, before: string | undefined): string {
  const members = z.record(z.string(), z.unknown()).safeParse(safeJson(input))
  if (!members.success) {
    throw new KeyturnError(
      'input-not-an-object',
      'lifecycle_scope other than "CREATE_ONLY" requires input to be a JSON object.',
    )
  }
  return JSON.stringify({ ...members.data, tf: { action, prev_input: before === undefined ? null : safeJson(before) } })
}

/** The function's own error; a payload of another shape may hold anything and is not repeated. */
function describe(result: string): string {
  const failure = z.object({ errorType: z.string(), errorMessage: z.string() }).safeParse(safeJson(result))
  return failure.success ? redactText(`${failure.data.errorType}: ${failure.data.errorMessage}`) : 'see its log group.'
}

function safeJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
