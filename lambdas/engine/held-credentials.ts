import type { SecretString } from '../../core/secret-string.ts'
import type { HeldCredentials, Strategy } from '../strategies/strategy.ts'
import type { Rotation } from './rotation.ts'
import type { SecretDescription } from './store.ts'

/**
 * What the labelled versions of a secret hold. What `before` knows to be labelled needs no call; anything that looks
 * superfluous after that is rare, and is held against labels read anew, which a hand may have moved meanwhile.
 */
export function heldCredentials({ store, strategy, token }: Rotation, before: SecretDescription): HeldCredentials {
  let described: Promise<SecretDescription> | undefined
  let read: Promise<readonly (SecretString | undefined)[]> | undefined
  const labels = (): Promise<SecretDescription> => {
    described ??= store.describe()
    return described
  }
  const values = async (): Promise<readonly (SecretString | undefined)[]> => {
    const { versions } = await labels()
    // The pending value is known to who asks; a pending version that is not this one may have no value yet.
    read ??= Promise.all(
      Object.entries(versions)
        .filter(([id]) => id !== token)
        .map(([versionId]) => store.read({ versionId })),
    )
    return read
  }

  return {
    hasToken: async (wanted) => wanted in before.versions || wanted in (await labels()).versions,
    holds: async (id) => {
      const ids = (await values()).map((value) => value && strategy.credential?.(value)?.id)
      if (ids.includes(id)) return true
      return ids.includes(undefined) ? 'unknown' : false
    },
  }
}

/** Whether a value holds the same credential as `old`, written the same way or another. */
export function sameCredential({ credential }: Strategy, value: SecretString, old: SecretString): boolean {
  if (value.reveal() === old.reveal()) return true
  const gone = credential?.(old)
  if (gone === undefined) return false
  const live = credential?.(value)
  // What is no value of the strategy's, such as a key pasted as it is, may still hold the old credential's text.
  if (live === undefined) return value.reveal().includes(gone.text.reveal())
  return live.id === gone.id || live.text.reveal() === gone.text.reveal()
}
