import { Counter, Gauge, Histogram, Registry } from 'prom-client'
import { SECOND } from '../core/clock.ts'
import type { ClientKeyMatch } from './keys/client-keys.ts'

export type ProxyMetrics = ReturnType<typeof createMetrics>

/** What /metrics exposes. Versions are named by the first eight characters of their id. */
export function createMetrics(registry: Registry = new Registry()) {
  const registers = [registry]
  const counter = <Label extends string>(name: string, help: string, labelNames: readonly Label[]) =>
    new Counter({ name: `keyturn_proxy_${name}`, help, labelNames, registers })

  const clientVersions = counter(
    'client_version_requests_total',
    'Requests by the version of the key that the client presented.',
    ['client', 'version', 'state'],
  )
  const oldKeys = counter(
    'client_old_key_requests_total',
    'Requests with a client key that has been replaced and is inside its grace.',
    ['client', 'version'],
  )
  const expiredKeys = counter(
    'client_expired_key_requests_total',
    'Requests refused because their key is over: its grace has expired, or its version has been retired.',
    ['client', 'version', 'state'],
  )
  const upstreamVersions = counter(
    'upstream_version_requests_total',
    'Answers by the version of the upstream key that got them.',
    ['route', 'version'],
  )
  const upstreamRefusals = counter(
    'upstream_key_refusals_total',
    'Attempts that the upstream answered with 401 or 403.',
    ['route', 'version', 'status'],
  )

  return {
    registry,
    requests: counter('requests_total', 'Requests by outcome.', ['route', 'client', 'status', 'outcome']),
    inFlight: new Gauge({ name: 'keyturn_proxy_in_flight_requests', help: 'Requests being served.', registers }),
    added: new Histogram({
      name: 'keyturn_proxy_added_seconds',
      help: 'Time that the proxy itself adds: before the upstream is asked, and between its head and the client.',
      labelNames: ['route'] as const,
      buckets: [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1, 5],
      registers,
    }),
    authFailures: counter('auth_failures_total', 'Requests refused for their credential.', ['code']),
    replays: counter(
      'replays_total',
      'Refused attempts: sent again with a sibling, too large for that, or out of siblings.',
      ['route', 'outcome'],
    ),
    strangersClosed: counter(
      'strangers_closed_total',
      'Connections without an accepted key that were closed: overdue, or crowded out by a newcomer.',
      ['reason'],
    ),
    refreshes: counter('key_set_refreshes_total', 'Polls of a key set: loaded, partial, gone or failed.', [
      'secret',
      'result',
    ]),
    /** Says what is read when the page is asked for rather than when it happens. */
    describeState(draining: () => boolean, keySets: readonly KeySetFigures[]) {
      const gauge = (name: string, help: string, read: (keySet: KeySetFigures) => number | undefined) =>
        new Gauge({
          name: `keyturn_proxy_key_set_${name}`,
          help,
          labelNames: ['secret'],
          registers,
          collect() {
            this.reset()
            for (const keySet of keySets) this.inc({ secret: keySet.secretId }, read(keySet))
          },
        })
      gauge('keys', 'Versions whose key is held and served.', ({ versions }) => versions.length)
      gauge('faults', 'What the last load met: versions and labels that cannot be read.', ({ faults }) => faults.length)

      new Gauge({
        name: 'keyturn_proxy_draining',
        help: '1 while the process drains.',
        registers,
        collect() {
          this.set(draining() ? 1 : 0)
        },
      })
      new Gauge({
        name: 'keyturn_proxy_key_set_age_seconds',
        help: 'Time since the last successful load of a key set began.',
        labelNames: ['secret'],
        registers,
        collect() {
          for (const { secretId, ageMs } of keySets) {
            if (ageMs !== undefined) this.set({ secret: secretId }, ageMs / SECOND)
          }
        },
      })
    },
    countClient({ client, versionId, state }: Pick<ClientKeyMatch, 'client' | 'versionId' | 'state'>) {
      const version = shortVersion(versionId)
      clientVersions.inc({ client, version, state })
      if (state === 'grace') oldKeys.inc({ client, version })
      if (state === 'expired' || state === 'retired') expiredKeys.inc({ client, version, state })
    },
    countUpstream(route: string, versionId: string) {
      upstreamVersions.inc({ route, version: shortVersion(versionId) })
    },
    countUpstreamRefusal(route: string, versionId: string, status: number) {
      upstreamRefusals.inc({ route, version: shortVersion(versionId), status })
    },
  }
}

interface KeySetFigures {
  readonly secretId: string
  readonly ageMs: number | undefined
  readonly versions: readonly unknown[]
  readonly faults: readonly unknown[]
}

export function shortVersion(versionId: string): string
export function shortVersion(versionId: string | undefined): string | undefined
export function shortVersion(versionId: string | undefined): string | undefined {
  return versionId?.slice(0, 8)
}
