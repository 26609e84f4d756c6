import { pino } from 'pino'
import * as z from 'zod'
import { parseGrace } from '../../../../core/grace.ts'
import { systemRandom } from '../../../../core/random.ts'
import { SecretString } from '../../../../core/secret-string.ts'
import type { VersionLabels } from '../../../../core/versions.ts'
import type { Rotation } from '../../../../lambdas/engine/rotation.ts'
import type { SecretStore } from '../../../../lambdas/engine/store.ts'
import type { Strategy } from '../../../../lambdas/strategies/strategy.ts'
import { instantClock } from '../../../helpers/instant-clock.ts'

export const TOKEN = '11111111-1111-4111-8111-111111111111'
export const CURRENT = '22222222-2222-4222-8222-222222222222'
export const OTHER = '33333333-3333-4333-8333-333333333333'

export interface MemorySecret {
  versions?: VersionLabels
  tags?: Readonly<Record<string, string>>
  /** Version id → value; a version without one has none yet. */
  values?: Readonly<Record<string, string>>
  rotationEnabled?: boolean
  rotationFunction?: string
  schedule?: string
  deleted?: boolean
  strategy?: Partial<Strategy>
}

/**
 * One step's surroundings, with a secret in memory: for strategies that no function ships yet, and for answers that
 * a real store does not give on demand. `calls` lists, in order, what was asked of the store and of the target.
 */
export function memoryRotation(secret: MemorySecret = {}) {
  const calls: string[] = []
  const versions = secret.versions ?? { [CURRENT]: ['AWSCURRENT'], [TOKEN]: ['AWSPENDING'] }
  const values = secret.values ?? { [CURRENT]: 'the current value', [TOKEN]: 'the pending value' }
  const store: SecretStore = {
    describe: async () => {
      calls.push('describe')
      const { rotationEnabled = true, deleted = false, rotationFunction, schedule, tags = {} } = secret
      const of = { arn: 'arn', name: 'keyturn/test/memory', rotationEnabled, rotationFunction, schedule }
      return { ...of, deleted, versions, tags }
    },
    read: async ({ versionId = '', label }) => {
      calls.push(`read ${versionId}`)
      const value = values[versionId]
      const labelled = label === undefined || versions[versionId]?.includes(label)
      return value !== undefined && labelled ? new SecretString(value) : undefined
    },
    putPending: async (versionId) => {
      calls.push(`put ${versionId}`)
      return true
    },
    putFirst: async (versionId) => {
      calls.push(`put ${versionId}`)
      return true
    },
    addLabel: async (label, to) => void calls.push(`label ${label} ${to}`),
    moveLabel: async (label, _from, to) => void calls.push(`move ${label} ${to}`),
    dropLabel: async (label, from) => void calls.push(`drop ${label} ${from}`),
    turnRotationOn: async (functionArn) => void calls.push(`on ${functionArn}`),
    turnRotationOff: async () => void calls.push('off'),
    tag: async (tags) => {
      for (const [key, value] of Object.entries(tags)) calls.push(`tag ${key} ${value}`)
    },
  }
  const did =
    (what: string) =>
    async (_context: unknown, value?: SecretString): Promise<void> =>
      void calls.push(`${what} ${value?.reveal()}`)
  const strategy: Strategy = {
    kind: 'memory',
    network: 'none',
    supply: 'never',
    family: 'generated',
    params: z.unknown(),
    permissions: () => [],
    checkValue: (value) => (value.reveal().startsWith('the ') ? undefined : 'it has another shape'),
    create: async () => new SecretString('the new value'),
    discard: did('discard'),
    apply: did('apply'),
    test: did('test'),
    revoke: did('revoke'),
    ...secret.strategy,
  }
  const clock = instantClock(new Date('2026-11-22T10:00:00Z'))
  const log = pino({ level: 'silent' })
  const { signal } = new AbortController()
  const rotation: Rotation = {
    store,
    strategy,
    params: {},
    grace: parseGrace('24h'),
    token: TOKEN,
    rotationToken: undefined,
    clock,
    log,
    signal,
    context: (token) => ({
      params: {},
      secretArn: 'arn',
      token,
      clock,
      random: systemRandom,
      log,
      signal,
      readSecret: () => Promise.reject(new Error('no other secret here')),
    }),
  }
  return { rotation, store, calls, clock }
}
