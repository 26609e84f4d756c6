import { z } from 'zod'
import { parseInput } from '../../parse-input.ts'
import type { Call } from '../../service.ts'

const schema = z.object({ NumberOfBytes: z.int().min(1).max(1_024) })

/** https://docs.aws.amazon.com/kms/latest/APIReference/API_GenerateRandom.html */
export function generateRandom(input: unknown, call: Call): unknown {
  const { NumberOfBytes } = parseInput(schema, input)
  call.authorize('kms:GenerateRandom', '*')
  return { Plaintext: call.cloud.random.bytes(NumberOfBytes) }
}
