import { type Clock, SECOND } from '../../core/clock.ts'
import type { ProxyClient, ProxyConfig } from '../../core/inventory.ts'
import type { Logger } from '../../core/log.ts'
import type { Random } from '../../core/random.ts'
import type { SecretString } from '../../core/secret-string.ts'
import type { ProxyMetrics } from '../metrics.ts'
import { type Route, readUpstream } from '../routes.ts'
import { ClientKeys, createDigest, parseClientKey } from './client-keys.ts'
import { KeySetStore, type RefreshOutcome } from './key-set-store.ts'
import { readKeyValue } from './key-value.ts'
import { poll } from './poll.ts'
import type { SecretSource } from './secret-source.ts'
import { UnknownKeys } from './unknown-keys.ts'
import { UpstreamKeys } from './upstream-keys.ts'

export interface KeyRingsOptions {
  readonly config: ProxyConfig
  readonly source: SecretSource
  readonly clock: Clock
  readonly random: Random
  readonly metrics: ProxyMetrics
  readonly log: Logger
  readonly timing?: Partial<KeyTiming>
}

/** Milliseconds. */
export interface KeyTiming {
  /** Least time between two loads of one set. */
  readonly cooldownMs: number
  readonly loadTimeoutMs: number
  readonly deadMs: number
  readonly fruitlessMs: number
  readonly missMs: number
  readonly unknownWaitMs: number
}

const DEFAULT_TIMING: KeyTiming = {
  cooldownMs: SECOND,
  loadTimeoutMs: 10 * SECOND,
  deadMs: 30 * SECOND,
  fruitlessMs: 5 * SECOND,
  missMs: 10 * SECOND,
  unknownWaitMs: 5 * SECOND,
}

export type KeyRings = ReturnType<typeof createKeyRings>

/** One key set store for each secret in the configuration, and what the data plane asks of them. */
export function createKeyRings({ config, source, clock, random, metrics, log, timing }: KeyRingsOptions) {
  const times = { ...DEFAULT_TIMING, ...timing }
  const maxStaleMs = config.maxStaleSeconds * SECOND
  const shared = { source, clock, cooldownMs: times.cooldownMs, timeoutMs: times.loadTimeoutMs, maxStaleMs }
  const digest = createDigest(random)
  const clientKeys = new ClientKeys(digest, clock)
  const clientStores = config.clients.map((client) => createClientStore(client))
  const upstreamStores = new Map<string, KeySetStore<SecretString>>()
  const routes = config.routes.map((route): Route => {
    const { name, prefix, upstream, auth, secretId, field } = route
    const id = `${secretId}#${field ?? ''}`
    const parse = (value: SecretString) => readKeyValue(value, field)
    const store = upstreamStores.get(id) ?? new KeySetStore({ ...shared, secretId, parse })
    upstreamStores.set(id, store)
    const { deadMs, fruitlessMs } = times
    return {
      name,
      prefix,
      auth,
      ...readUpstream(upstream),
      keys: new UpstreamKeys({ store, clock, deadMs, fruitlessMs }),
    }
  })
  const stores: readonly Store[] = [...clientStores, ...upstreamStores.values()]
  const unknownKeys = new UnknownKeys({
    keys: clientKeys,
    digest,
    clock,
    missMs: times.missMs,
    waitMs: times.unknownWaitMs,
  })
  const stopped = new AbortController()

  return {
    clientKeys,
    unknownKeys,
    routes,
    stores,
    /** Polls every store until {@link stop}. */
    start() {
      for (const store of stores) {
        const onOutcome = (outcome: RefreshOutcome) => report(store, outcome)
        const refreshMs = config.refreshSeconds * SECOND
        void poll({ refresh: () => store.refresh(), refreshMs, clock, random, signal: stopped.signal, onOutcome })
      }
    },
    stop: () => stopped.abort(),
  }

  function createClientStore({ name, secretId }: ProxyClient): KeySetStore<Buffer> {
    const onChange = () => clientKeys.reindex()
    const store = new KeySetStore({ ...shared, secretId, parse: parseClientKey(digest), onChange })
    clientKeys.add(name, store)
    return store
  }

  function report(store: Store, { result, faults }: RefreshOutcome): void {
    metrics.refreshes.inc({ secret: store.secretId, result })
    for (const error of faults)
      log.warn({ error, secret: store.secretId, ageMs: store.ageMs }, 'a key set was not read in full')
    if (store.loaded && !store.fresh) {
      const ages = { secret: store.secretId, ageMs: store.ageMs, maxStaleMs }
      log.error({ ...ages, code: 'key-set-stale' }, 'a key set is older than maxStaleSeconds and no longer served')
    }
  }
}

type Store = Pick<KeySetStore<unknown>, 'secretId' | 'loaded' | 'fresh' | 'ageMs' | 'refresh'>
