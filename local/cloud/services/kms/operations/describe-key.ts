import { z } from 'zod'
import { parseInput } from '../../parse-input.ts'
import type { Call } from '../../service.ts'
import { authorizeKey } from '../authorize-key.ts'
import { keyId } from '../input.ts'
import { findKey } from '../key.ts'
import { keyMetadata } from '../key-metadata.ts'

const schema = z.object({ KeyId: keyId })

/** https://docs.aws.amazon.com/kms/latest/APIReference/API_DescribeKey.html */
export function describeKey(input: unknown, call: Call): unknown {
  const { KeyId } = parseInput(schema, input)
  const key = findKey(call.cloud, KeyId)
  authorizeKey(call, 'kms:DescribeKey', key)
  return { KeyMetadata: keyMetadata(call.cloud, key) }
}
