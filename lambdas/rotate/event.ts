import * as z from 'zod'
import { KeyturnError } from '../../core/errors.ts'

const token = z.string().min(32).max(64)
const secretId = z.string().min(1).max(2048)

/** AWS's documentation writes the steps both ways. */
const ALIASES: Readonly<Record<string, string>> = {
  create_secret: 'createSecret',
  set_secret: 'setSecret',
  test_secret: 'testSecret',
  finish_secret: 'finishSecret',
}

/** As many versions as may carry a label. */
const versionIds = z.array(token).min(1).max(20)

const entry = z.strictObject({ strategy: z.string(), grace: z.string(), params: z.unknown() })

const event = z.discriminatedUnion('Step', [
  z.object({
    Step: z.literal(['createSecret', 'setSecret', 'testSecret', 'finishSecret']),
    SecretId: secretId,
    ClientRequestToken: token,
    RotationToken: z.string().optional(),
  }),
  z.object({ Step: z.literal('retireSecret'), SecretId: secretId, VersionId: token }),
  z.object({ Step: z.literal('orderVersions'), SecretId: secretId }),
  z.object({ Step: z.literal(['rotateOnRequest', 'stopRotation']), SecretId: secretId, FunctionArn: z.string() }),
  z.object({ Step: z.literal('revokeVersions'), SecretId: secretId, VersionIds: versionIds }),
  z.object({ Step: z.literal('setGrace'), SecretId: secretId, VersionIds: versionIds, Until: z.iso.datetime() }),
  z.object({ Step: z.literal('rollBack'), SecretId: secretId, VersionId: token, From: token }),
  z.object({ Step: z.literal(['endSecret', 'removeFirstValue']), SecretId: secretId, entry: entry.optional() }),
  z.object({ Step: z.literal('createFirstValue'), SecretId: secretId, entry: entry.optional() }),
])

/**
 * Some invocations are resources of the stack: when the resource goes, the provider invokes the function again and says
 * so in `tf`. https://www.pulumi.com/registry/packages/aws/api-docs/lambda/invocation/
 */
const removal = z.object({
  Step: z.literal(['createFirstValue', 'rotateOnRequest']),
  tf: z.object({ action: z.literal('delete') }),
})

const REMOVALS = { createFirstValue: 'removeFirstValue', rotateOnRequest: 'stopRotation' } as const

export type RotationEvent = z.infer<typeof event>

/** @throws KeyturnError `event-invalid` (terminal) */
export function parseEvent(input: unknown): RotationEvent {
  const parsed = event.safeParse(normalise(input))
  if (parsed.success) return parsed.data
  const wrong = parsed.error.issues.map((issue) => issue.path.join('.') || 'event').join(', ')
  throw new KeyturnError(
    'event-invalid',
    `Not a rotation event: look at ${wrong}. Allowed: {Step: createSecret | setSecret | testSecret | finishSecret, SecretId, ClientRequestToken}, ` +
      '{Step: retireSecret, SecretId, VersionId}, {Step: orderVersions | endSecret | createFirstValue, SecretId}. Start rotations with RotateSecret, and the rest ' +
      'with keyturn revoke, rollback, grace and end, rather than by invoking the function.',
  )
}

function normalise(input: unknown): unknown {
  if (input === null || typeof input !== 'object') return input
  const { Step } = input as { Step?: unknown }
  const removed = removal.safeParse(input)
  if (removed.success) return { ...input, Step: REMOVALS[removed.data.Step] }
  return typeof Step === 'string' && Object.hasOwn(ALIASES, Step) ? { ...input, Step: ALIASES[Step] } : input
}
