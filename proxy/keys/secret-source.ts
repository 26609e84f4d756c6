import type { SecretString } from '../../core/secret-string.ts'
import type { VersionLabels } from '../../core/versions.ts'

/** Where the proxy reads its keys from. Secrets Manager in production. */
export interface SecretSource {
  /**
   * The staging labels of every version of a secret.
   * @throws KeyturnError `secret-not-found`, `secret-deleted`, `secret-access-denied`, `secret-undecryptable`,
   * `secret-id-invalid` or `secret-source-unavailable`
   */
  labels(secretId: string, signal: AbortSignal): Promise<VersionLabels>
  /**
   * A version's value, which never changes; undefined while it has none, as a version has at the start of its rotation.
   * @throws KeyturnError as {@link SecretSource.labels}, and `key-malformed` for a value that is no text
   */
  value(secretId: string, versionId: string, signal: AbortSignal): Promise<SecretString | undefined>
}
