import * as z from 'zod'
import { terminal } from '../../core/errors.ts'

const token = z.string().min(32).max(64)
const secretId = z.string().min(1).max(2048)

const event = z.discriminatedUnion('Step', [
  z.object({
    Step: z.literal(['createSecret', 'setSecret', 'testSecret', 'finishSecret']),
    SecretId: secretId,
    ClientRequestToken: token,
    RotationToken: z.string().optional(),
  }),
  z.object({ Step: z.literal('retireSecret'), SecretId: secretId, VersionId: token }),
  z.object({ Step: z.literal('createFirstValue'), SecretId: secretId }),
])

export type RotationEvent = z.infer<typeof event>

/** @throws KeyturnError `event-invalid` (terminal) */
export function parseEvent(input: unknown): RotationEvent {
  const parsed = event.safeParse(input)
  if (parsed.success) return parsed.data
  const wrong = parsed.error.issues.map((issue) => issue.path.join('.') || 'event').join(', ')
  throw terminal(
    'event-invalid',
    `Not a rotation event: look at ${wrong}. Allowed: {Step: createSecret | setSecret | testSecret | finishSecret, SecretId, ClientRequestToken}, ` +
      '{Step: retireSecret, SecretId, VersionId}, {Step: createFirstValue, SecretId}. Start rotations with RotateSecret rather than by invoking the function.',
  )
}
