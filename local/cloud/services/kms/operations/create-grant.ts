import { z } from 'zod'
import { parseInput } from '../../parse-input.ts'
import type { Call } from '../../service.ts'
import { authorizeKey } from '../authorize-key.ts'
import { keyId } from '../input.ts'
import { assertUsable, findKeyById } from '../key.ts'
import type { GrantRecord } from '../state.ts'

const contextMap = z.record(z.string(), z.string())

const schema = z.object({
  KeyId: keyId,
  GranteePrincipal: z.string().min(1).max(256),
  RetiringPrincipal: z.string().optional(),
  Operations: z.array(
    z.enum([
      'Decrypt',
      'Encrypt',
      'GenerateDataKey',
      'GenerateDataKeyWithoutPlaintext',
      'ReEncryptFrom',
      'ReEncryptTo',
      'CreateGrant',
      'RetireGrant',
      'DescribeKey',
    ]),
  ),
  Constraints: z
    .strictObject({ EncryptionContextSubset: contextMap, EncryptionContextEquals: contextMap })
    .partial()
    .optional(),
  Name: z.string().optional(),
})

/** A grant takes effect at once. https://docs.aws.amazon.com/kms/latest/APIReference/API_CreateGrant.html */
export function createGrant(input: unknown, call: Call): unknown {
  const { KeyId, ...options } = parseInput(schema, input)
  const { cloud } = call
  const key = findKeyById(cloud, KeyId)
  const context = { 'kms:GranteePrincipal': options.GranteePrincipal, 'kms:GrantOperations': options.Operations }
  authorizeKey(call, 'kms:CreateGrant', key, { context })
  assertUsable(key)
  const constraints = options.Constraints && JSON.parse(JSON.stringify(options.Constraints))
  const grant: GrantRecord = {
    id: Buffer.from(cloud.random.bytes(32)).toString('hex'),
    token: Buffer.from(cloud.random.bytes(48)).toString('base64url'),
    granteePrincipal: options.GranteePrincipal,
    operations: options.Operations,
    createdAt: cloud.clock.now().toISOString(),
    ...(options.RetiringPrincipal && { retiringPrincipal: options.RetiringPrincipal }),
    ...(options.Name && { name: options.Name }),
    ...(constraints && { constraints }),
  }
  key.grants.push(grant)
  return { GrantId: grant.id, GrantToken: grant.token }
}
