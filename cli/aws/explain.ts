import { KeyturnError } from '../../core/errors.ts'

/** Turns what the SDK throws into a message with a next action. */
export function explain(error: unknown, target: string): KeyturnError {
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
    return new KeyturnError(
      'credentials-refused',
      `${target} refused the credentials (${name}). Sign in again, or check AWS_PROFILE.`,
      error,
    )
  }
  return new KeyturnError('aws-error', `${target} answered ${name || 'an error'}: ${message}`, error)
}
