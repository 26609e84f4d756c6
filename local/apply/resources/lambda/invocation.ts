import { createHash } from 'node:crypto'
import { InvokeCommand } from '@aws-sdk/client-lambda'
import { z } from 'zod'
import { terminal } from '../../../../core/errors.ts'
import { redactText } from '../../../../core/redact.ts'
import { common, defineResource } from '../../resource.ts'

const inputs = z.strictObject({
  ...common,
  functionName: z.string(),
  input: z.string(),
  qualifier: z.string().optional(),
  lifecycleScope: z.literal('CREATE_ONLY').optional(),
  triggers: z.record(z.string(), z.string()).optional(),
})

/** Calls the function once, and again when the input or a trigger changes. */
export const invocation = defineResource({
  inputs,
  create: async (args, { clients }) => {
    const { FunctionError, Payload } = await clients.lambda.send(
      new InvokeCommand({
        FunctionName: args.functionName,
        Qualifier: args.qualifier,
        Payload: Buffer.from(args.input),
      }),
    )
    const result = Payload ? Buffer.from(Payload).toString('utf8') : ''
    if (FunctionError) throw terminal('function-failed', `${args.functionName} failed: ${describe(result)}`)
    const inputHash = createHash('sha256').update(args.input).digest('hex').slice(0, 32)
    return { id: `${args.functionName}_${args.qualifier ?? '$LATEST'}_${inputHash}`, outputs: { result } }
  },
})

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
