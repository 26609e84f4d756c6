import { type Clock, SECOND } from '../../core/clock.ts'
import { KeyturnError } from '../../core/errors.ts'
import type { SecretString } from '../../core/secret-string.ts'
import { meaningOf } from './fault-meaning.ts'
import { type EndedLabel, fetchKey, type KeyVersion } from './load-key-set.ts'
import type { SecretSource } from './secret-source.ts'
import { withDeadline } from './with-deadline.ts'

/** A version that is not accepted any more, with its key. */
export interface EndedVersion<Key> extends EndedLabel {
  readonly key: Key
}

export interface EndedVersionsOptions<Key> {
  readonly secretId: string
  readonly source: SecretSource
  readonly parse: (value: SecretString) => Key
  readonly clock: Clock
  readonly timeoutMs: number
}

/**
 * Follows one secret's versions out of life: those that leave the set, and those that labels show as over when a task
 * starts. The latter are read beside the set, never before it, since nothing that works depends on them.
 */
export class EndedVersions<Key> {
  readonly #options: EndedVersionsOptions<Key>
  readonly #announce: (versions: readonly EndedVersion<Key>[]) => void
  /** By version id, while labels show them; undefined for one that holds no key. */
  readonly #keys = new Map<string, Key | undefined>()
  #reading = false

  constructor(options: EndedVersionsOptions<Key>, announce: (versions: readonly EndedVersion<Key>[]) => void) {
    this.#options = options
    this.#announce = announce
  }

  update(before: readonly KeyVersion<Key>[], after: readonly KeyVersion<Key>[], labels: readonly EndedLabel[]): void {
    const alive = new Set(after.map(({ versionId }) => versionId))
    const dropped = before.filter(({ versionId }) => !alive.has(versionId))
    const shown = new Map(labels.map((label) => [label.versionId, label]))
    const now = this.#options.clock.now()
    const vanished = [...this.#keys].flatMap(([versionId, key]): EndedVersion<Key>[] => {
      if (shown.has(versionId)) return []
      this.#keys.delete(versionId)
      return key === undefined || alive.has(versionId) ? [] : [{ versionId, state: 'retired', key }]
    })
    for (const { versionId, key } of dropped) if (shown.has(versionId)) this.#keys.set(versionId, key)

    const ending = dropped.map(({ versionId, key, deadline }): EndedVersion<Key> => {
      const since = deadline !== undefined && deadline < now ? deadline : now
      return { versionId, state: 'retired', since, ...shown.get(versionId), key }
    })
    const ended = labels.flatMap((label) => this.#withKey(label))
    const all = [...vanished, ...ended, ...ending]
    if (all.length > 0) this.#announce(all)
    void this.#read(labels.filter(({ versionId }) => !this.#keys.has(versionId)))
  }

  #withKey(label: EndedLabel): EndedVersion<Key>[] {
    const key = this.#keys.get(label.versionId)
    return key === undefined ? [] : [{ ...label, key }]
  }

  /** One after the other; what fails for the moment is read after the next load. */
  async #read(labels: readonly EndedLabel[]): Promise<void> {
    if (this.#reading) return
    this.#reading = true
    for (const label of labels) {
      const key = await this.#fetch(label.versionId)
      if (key === 'later') continue
      this.#keys.set(label.versionId, key)
      if (key !== undefined) this.#announce([{ ...label, key }])
    }
    this.#reading = false
  }

  async #fetch(versionId: string): Promise<Key | undefined | 'later'> {
    const { clock, timeoutMs, ...options } = this.#options
    const late = () =>
      new KeyturnError('secret-source-unavailable', `Reading an old version took over ${timeoutMs / SECOND} s.`)
    try {
      return await withDeadline(clock, timeoutMs, late, (signal) => fetchKey({ ...options, signal }, versionId))
    } catch (error) {
      return error instanceof KeyturnError && meaningOf(error) === 'answer' ? undefined : 'later'
    }
  }
}
