import { systemRandom } from '../../../core/random.ts'
import { ClientKeys, createDigest, parseClientKey } from '../../../proxy/keys/client-keys.ts'
import { KeySetStore, type KeySetStoreOptions } from '../../../proxy/keys/key-set-store.ts'
import { ManualClock } from './manual-clock.ts'
import { MemorySource } from './memory-source.ts'

export const SECRET = 'keyturn/test/app'

/** The store of one secret with one version, not loaded yet. */
export function keySetStore(options: Partial<KeySetStoreOptions<string>> = {}, clock = new ManualClock()) {
  const source = new MemorySource().set(SECRET, { v1: { labels: ['AWSCURRENT'], value: 'one' } })
  const store = new KeySetStore<string>({
    secretId: SECRET,
    source,
    parse: (value) => value.reveal(),
    clock,
    cooldownMs: 1_000,
    timeoutMs: 10_000,
    maxStaleMs: 60_000,
    ...options,
  })
  return { clock, source, store }
}

export const STORE = { cooldownMs: 1_000, timeoutMs: 10_000, maxStaleMs: 1e12 }

/** The keys of one client, `app`, whose secret the test has yet to set. */
export function clientKeys() {
  const clock = new ManualClock('2026-11-22T10:00:00Z')
  const source = new MemorySource()
  const digest = createDigest(systemRandom)
  const keys = new ClientKeys(digest, clock)
  const store = new KeySetStore({ ...STORE, secretId: 'app', source, parse: parseClientKey(digest), clock })
  keys.add('app', store)
  return { clock, source, digest, keys, store }
}
