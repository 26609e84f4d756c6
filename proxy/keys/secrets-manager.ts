import {
  DescribeSecretCommand,
  GetSecretValueCommand,
  ResourceNotFoundException,
  type SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager'
import { KeyturnError } from '../../core/errors.ts'
import { SecretString } from '../../core/secret-string.ts'
import type { SecretSource } from './secret-source.ts'

/**
 * Reads labels through DescribeSecret and values through GetSecretValue by version id, never by stage, so that a value
 * can be kept for as long as its version lives.
 */
export function secretsManagerSource(client: SecretsManagerClient): SecretSource {
  return {
    labels: async (secretId, signal) => {
      const secret = await client
        .send(new DescribeSecretCommand({ SecretId: secretId }), { abortSignal: signal })
        .catch((error: unknown) => {
          throw explain(error, 'secretsmanager:DescribeSecret', secretId)
        })
      if (secret.DeletedDate !== undefined) {
        throw new KeyturnError(
          'secret-deleted',
          `Secret ${secretId} is scheduled for deletion. Restore it (aws secretsmanager restore-secret) or remove it from the proxy's configuration.`,
        )
      }
      return secret.VersionIdsToStages ?? {}
    },
    value: async (secretId, versionId, signal) => {
      const command = new GetSecretValueCommand({ SecretId: secretId, VersionId: versionId })
      const answer = await client.send(command, { abortSignal: signal }).catch((error: unknown) => {
        if (error instanceof ResourceNotFoundException) return undefined
        throw explain(error, 'secretsmanager:GetSecretValue', secretId)
      })
      if (answer?.SecretBinary !== undefined) {
        throw new KeyturnError(
          'key-malformed',
          `Version ${versionId} of ${secretId} holds a binary value. Put the key as text (--secret-string).`,
        )
      }
      return answer?.SecretString === undefined ? undefined : new SecretString(answer.SecretString)
    },
  }
}

function explain(error: unknown, action: string, secretId: string): KeyturnError {
  const name = error instanceof Error ? error.name : 'unknown'
  if (error instanceof ResourceNotFoundException) {
    return new KeyturnError(
      'secret-not-found',
      `Secret ${secretId} does not exist in this account and Region. Check secretId in the proxy's configuration, then run \`pulumi up\`.`,
    )
  }
  if (name === 'AccessDeniedException') {
    return new KeyturnError(
      'secret-access-denied',
      `The proxy's role may not call ${action} on ${secretId}, or may not decrypt with its KMS key. Grant it in the stack and run \`pulumi up\`.`,
      error,
    )
  }
  if (name === 'DecryptionFailure' || name === 'DecryptionFailureException') {
    return new KeyturnError(
      'secret-undecryptable',
      `Secret ${secretId} cannot be decrypted with its KMS key. Check that the key is enabled and not scheduled for deletion.`,
      error,
    )
  }
  if (name === 'ValidationException' || name === 'InvalidParameterException') {
    return new KeyturnError(
      'secret-id-invalid',
      `Secrets Manager does not take ${secretId} for a secret of this Region. Check secretId in the proxy's configuration, then run \`pulumi up\`.`,
      error,
    )
  }
  return new KeyturnError('secret-source-unavailable', `${action} on ${secretId} failed (${name}); it is tried again.`)
}
