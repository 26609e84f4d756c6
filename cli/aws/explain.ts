import { KeyturnError } from '../../core/errors.ts'

/**
 * Turns what the SDK throws into a message with a next action.
 * @param env names the credentials that were used, for the message
 */
export function explain(
  error: unknown,
  target: string,
  env: Readonly<Record<string, string | undefined>> = {},
): KeyturnError {
  if (error instanceof KeyturnError) return error
  const { name = '', message = '', code = '' } = (error ?? {}) as { name?: string; message?: string; code?: string }
  if (code === 'ECONNREFUSED') {
    return new KeyturnError(
      'endpoint-unreachable',
      `Nothing answers at ${target}. Start the local cloud with npm start, or leave --endpoint out to use AWS.`,
      error,
    )
  }
  if (['ENOTFOUND', 'ETIMEDOUT', 'EAI_AGAIN', 'ECONNRESET'].includes(code) || name === 'TimeoutError') {
    return new KeyturnError(
      'endpoint-unreachable',
      `${target} could not be reached (${code || name}). Check the network and --region, then try again.`,
      error,
    )
  }
  if (name === 'CredentialsProviderError' && env.AWS_PROFILE) {
    return new KeyturnError(
      'credentials-missing',
      `AWS_PROFILE names the profile ${JSON.stringify(env.AWS_PROFILE)}, which gives no credentials. See which there are (aws configure list-profiles), ` +
        `sign in (aws sso login --profile ${env.AWS_PROFILE}), or unset AWS_PROFILE.`,
      error,
    )
  }
  if (name === 'CredentialsProviderError') {
    return new KeyturnError(
      'credentials-missing',
      'No AWS credentials were found. Sign in (aws sso login) or set AWS_PROFILE; for the local cloud give --endpoint http://127.0.0.1:4566.',
      error,
    )
  }
  if (message === 'Region is missing') {
    return new KeyturnError('region-missing', 'No Region is set. Give --region, or set AWS_REGION.', error)
  }
  if (name === 'AccessDeniedException' || name === 'AccessDenied')
    return new KeyturnError('access-denied', message, error)
  if (
    name === 'ExpiredTokenException' ||
    name === 'UnrecognizedClientException' ||
    name === 'InvalidSignatureException'
  ) {
    const whose = env.AWS_ACCESS_KEY_ID
      ? `the credentials of AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (${name}). Correct or unset both`
      : `the credentials (${name}). Sign in again, or check AWS_PROFILE`
    const local = /^http:\/\/(127\.0\.0\.1|localhost|\[::1\])/.test(target)
      ? '; the local cloud takes local / local'
      : ''
    return new KeyturnError('credentials-refused', `${target} refused ${whose}${local}.`, error)
  }
  if (isOwnFault(error)) {
    return new KeyturnError(
      'command-broken',
      `The command met a fault of its own (${name}: ${message}). Report it; keyturn status shows what has been done.`,
      error,
    )
  }
  return new KeyturnError('aws-error', `${target} answered ${name || 'an error'}: ${message}`, error)
}

const FAULTS = [TypeError, ReferenceError, RangeError, SyntaxError]

/** What the engine throws at a mistake in a program, and not an SDK at an answer, which it hangs on the error. */
const isOwnFault = (error: unknown): boolean =>
  FAULTS.some((fault) => error instanceof fault) &&
  !('$metadata' in (error as Error)) &&
  !('$response' in (error as Error))
