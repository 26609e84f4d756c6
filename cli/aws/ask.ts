import { InvokeCommand } from '@aws-sdk/client-lambda'
import { isErrorCode } from '../../core/error-codes.ts'
import { KeyturnError } from '../../core/errors.ts'
import type { SecretStatus } from './secrets.ts'
import type { AwsSession } from './session.ts'

/** What a person may ask a secret's rotation function for; it alone reaches the target and knows the order of writes. */
export type Wish =
  | { readonly Step: 'endSecret' }
  | { readonly Step: 'revokeVersions'; readonly VersionIds: readonly string[] }
  | { readonly Step: 'setGrace'; readonly VersionIds: readonly string[]; readonly Until: string }
  | { readonly Step: 'rollBack'; readonly VersionId: string; readonly From: string }

/**
 * Has the rotation function of a secret fulfil a wish, and waits for it.
 * @param failure the code of a failure that the function does not name itself
 * @throws KeyturnError `secret-deleted`, `rotation-function-missing` (needs-human), and what the function answers
 */
export async function askFunction(
  session: AwsSession,
  { name, arn, deleted, rotationFunction }: SecretStatus,
  wish: Wish,
  failure: 'function-failed' | 'secret-not-ended' = 'function-failed',
): Promise<void> {
  if (deleted) {
    throw new KeyturnError(
      'secret-deleted',
      `${name} is scheduled for deletion, so its keys cannot be read. Restore it (aws secretsmanager restore-secret --secret-id ${name}), then try again.`,
    )
  }
  if (!rotationFunction) {
    throw new KeyturnError(
      'rotation-function-missing',
      `${name} has no rotation function, which alone can do this. Run pulumi up to restore it.`,
    )
  }
  const { FunctionError, Payload } = await session.lambda().send(
    new InvokeCommand({
      FunctionName: rotationFunction,
      Payload: JSON.stringify({ ...wish, SecretId: arn }),
    }),
  )
  const answer = read(Payload)
  if (FunctionError !== undefined) throw new KeyturnError(failure, inWords(answer.errorMessage))
  const { error } = answer
  if (error) throw new KeyturnError(isErrorCode(error.code) ? error.code : failure, error.message)
}

interface Answer {
  readonly errorMessage?: string
  readonly error?: { readonly code: string; readonly message: string }
}

function read(payload: Uint8Array | undefined): Answer {
  const answer: unknown = JSON.parse(Buffer.from(payload ?? []).toString('utf8') || '{}')
  return typeof answer === 'object' && answer !== null ? answer : {}
}

function inWords(message = 'The rotation function failed; its log tells why. It is safe to try again.'): string {
  if (!message.startsWith('Not a rotation event')) return message
  return 'The rotation function of the stack is older than this command. Run pulumi up, then try again.'
}
