import { KeyturnError } from '../../../core/errors.ts'
import { SecretString } from '../../../core/secret-string.ts'
import type { SecretSource } from '../../../proxy/keys/secret-source.ts'

interface StoredVersion {
  labels: string[]
  value?: string
}

/** A SecretSource in memory that counts its calls, and can be down, slow or empty. */
export class MemorySource implements SecretSource {
  readonly calls = { labels: 0, value: 0 }
  down = false
  /** Awaited inside each labels() call, before it answers. */
  gate: ((call: number) => Promise<void>) | undefined
  /** What reading a secret's labels, or `<secret>/<version>`'s value, throws; `'hang'` does not answer until it is aborted. */
  readonly broken = new Map<string, Error | 'hang'>()
  readonly #secrets = new Map<string, Map<string, StoredVersion>>()

  /** Replaces a secret's versions: `{ v2: { labels: ['AWSCURRENT'], value: 'kt_…' } }`. */
  set(secretId: string, versions: Readonly<Record<string, StoredVersion>>): this {
    this.#secrets.set(secretId, new Map(Object.entries(versions)))
    return this
  }

  async labels(secretId: string, signal?: AbortSignal): Promise<Record<string, readonly string[]>> {
    const call = ++this.calls.labels
    assertNotAborted(signal)
    const versions = this.#secrets.get(secretId)
    const answer = Object.fromEntries([...(versions ?? [])].map(([id, { labels }]) => [id, [...labels]]))
    await this.gate?.(call)
    this.#assertUp()
    await this.#assertWhole(secretId, signal)
    if (!versions) throw new KeyturnError('secret-not-found', 'There is no such secret.')
    return answer
  }

  async value(secretId: string, versionId: string, signal?: AbortSignal): Promise<SecretString | undefined> {
    this.calls.value += 1
    assertNotAborted(signal)
    this.#assertUp()
    await this.#assertWhole(`${secretId}/${versionId}`, signal)
    const value = this.#versions(secretId).get(versionId)?.value
    return value === undefined ? undefined : new SecretString(value)
  }

  async #assertWhole(name: string, signal: AbortSignal | undefined): Promise<void> {
    const fault = this.broken.get(name)
    if (fault === 'hang') {
      await new Promise((resolve) => signal?.addEventListener('abort', resolve))
      assertNotAborted(signal)
    } else if (fault) throw fault
  }

  #versions(secretId: string): Map<string, StoredVersion> {
    return this.#secrets.get(secretId) ?? new Map()
  }

  #assertUp(): void {
    if (this.down) throw new KeyturnError('secret-source-unavailable', 'The source is down.')
  }
}

function assertNotAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new KeyturnError('secret-source-unavailable', 'The call was given up.')
}
