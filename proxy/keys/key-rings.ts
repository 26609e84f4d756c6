import { type Clock, MINUTE, SECOND } from '../../core/clock.ts'
import type { ProxyClient, ProxyConfig } from '../../core/inventory.ts'
import type { Logger } from '../../core/log.ts'
import type { Random } from '../../core/random.ts'
import { readUpstream } from '../../core/routes.ts'
import type { SecretString } from '../../core/secret-string.ts'
import type { ProxyMetrics } from '../metrics.ts'
import type { Route } from '../routes.ts'
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
  /** For how long a client key is remembered after its end. */
  readonly retiredKeyMs: number
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
  readonly siblingWaitMs: number
  /** After which a fault that may pass by itself is taken for how things stand. */
  readonly doubtMs: number
  /** For how long readiness waits for a set that cannot be read. */
  readonly patienceMs: number
}

const DEFAULT_TIMING: KeyTiming = {
  cooldownMs: SECOND,
  loadTimeoutMs: 10 * SECOND,
  deadMs: 30 * SECOND,
  fruitlessMs: 5 * SECOND,
  missMs: 10 * SECOND,
  unknownWaitMs: 5 * SECOND,
  siblingWaitMs: 5 * SECOND,
  doubtMs: 5 * MINUTE,
  patienceMs: 10 * SECOND,
}

/** An unknown key has every client's set read: with many clients less often, so that nobody can have AWS throttle us. */
const CLIENT_READ_MS = 20
const LONGEST_COOLDOWN_MS = 4 * SECOND

export type KeyRings = ReturnType<typeof createKeyRings>

/** One key set store for each secret in the configuration, and what the data plane asks of them. */
export function createKeyRings(options: KeyRingsOptions) {
  const { config, source, clock, random, metrics, log } = options
  const times = { ...DEFAULT_TIMING, ...options.timing }
  const { cooldownMs, loadTimeoutMs: timeoutMs, doubtMs, patienceMs } = times
  const maxStaleMs = config.maxStaleSeconds * SECOND
  const shared = { source, clock, cooldownMs, timeoutMs, maxStaleMs, doubtMs, patienceMs }
  const clientCooldownMs = Math.max(cooldownMs, Math.min(config.clients.length * CLIENT_READ_MS, LONGEST_COOLDOWN_MS))
  const digest = createDigest(random)
  const clientKeys = new ClientKeys(digest, clock, options.retiredKeyMs)
  const clientStores = config.clients.map((client) => createClientStore(client))
  const upstreamStores = new Map<string, KeySetStore<SecretString>>()
  const routes = config.routes.map((route): Route => {
    const { name, prefix, upstream, auth, secretId, field } = route
    const id = `${secretId}#${field ?? ''}`
    const parse = (value: SecretString) => readKeyValue(value, field)
    const store = upstreamStores.get(id) ?? new KeySetStore({ ...shared, secretId, parse })
    upstreamStores.set(id, store)
    const { deadMs, fruitlessMs, siblingWaitMs: waitMs } = times
    return {
      name,
      prefix,
      auth,
      ...readUpstream(upstream),
      keys: new UpstreamKeys({ store, clock, deadMs, fruitlessMs, waitMs }),
    }
  })
  const stores: readonly Store[] = [...clientStores, ...upstreamStores.values()]
  const { missMs, unknownWaitMs: waitMs } = times
  const unknownKeys = new UnknownKeys({ keys: clientKeys, clock, missMs, waitMs })
  const stopped = new AbortController()

  return {
    clientKeys,
    unknownKeys,
    routes,
    stores,
    /** Whether some client has a key that is accepted, and some route one to send. */
    get usable() {
      return clientStores.some(({ usable }) => usable) && [...upstreamStores.values()].some(({ usable }) => usable)
    },
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
    const store = new KeySetStore({ ...shared, secretId, parse: parseClientKey(digest), cooldownMs: clientCooldownMs })
    clientKeys.add(name, store)
    return store
  }

  function report(store: Store, { result, faults }: RefreshOutcome): void {
    metrics.refreshes.inc({ secret: store.secretId, result })
    const what = result === 'gone' ? 'a key set is gone and its keys are refused' : 'a key set was not read in full'
    for (const error of faults) {
      const level = error.kind === 'needs-human' ? 'error' : 'warn'
      log[level]({ error, secret: store.secretId, state: store.state, ageMs: store.ageMs }, what)
    }
    if (store.loaded && !store.fresh) {
      const ages = { secret: store.secretId, ageMs: store.ageMs, maxStaleMs }
      log.error({ ...ages, code: 'key-set-stale' }, 'a key set is older than maxStaleSeconds and no longer served')
    }
  }
}

/** What is asked of a set whatever its keys are. */
export type Store = Pick<
  KeySetStore<unknown>,
  'secretId' | 'loaded' | 'fresh' | 'state' | 'ageMs' | 'faults' | 'versions' | 'refresh'
>
