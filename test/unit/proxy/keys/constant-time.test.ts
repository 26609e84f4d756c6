import { timingSafeEqual } from 'node:crypto'
import { expect, test, vi } from 'vitest'
import { graceLabel } from '../../../../core/grace.ts'
import { systemRandom } from '../../../../core/random.ts'
import { ClientKeys, createDigest, parseClientKey } from '../../../../proxy/keys/client-keys.ts'
import { KeySetStore } from '../../../../proxy/keys/key-set-store.ts'
import { ManualClock } from '../../../helpers/proxy/manual-clock.ts'
import { MemorySource } from '../../../helpers/proxy/memory-source.ts'

vi.mock('node:crypto', { spy: true })

test('C2: every key that is presented, known or not, is compared whole and in constant time, as a digest', async () => {
  const clock = new ManualClock('2026-11-22T10:00:00Z')
  const digest = createDigest(systemRandom)
  const keys = new ClientKeys(digest, clock)
  const source = new MemorySource()
  const parse = parseClientKey(digest)
  const bounds = { cooldownMs: 1_000, timeoutMs: 10_000, maxStaleMs: 1e12 }
  const store = new KeySetStore({ secretId: 'app', source, parse, clock, ...bounds })
  keys.add('app', store)
  source.set('app', {
    now: { labels: ['AWSCURRENT'], value: 'kt_now' },
    old: { labels: [graceLabel(new Date('2026-11-22T11:00:00Z'))], value: 'kt_old' },
  })
  await store.refresh()

  for (const presented of ['kt_now', 'kt_old', 'kt_unknown', '', 'x'.repeat(10_000)]) {
    vi.mocked(timingSafeEqual).mockClear()
    keys.find(presented)
    expect(timingSafeEqual).toHaveBeenCalledExactlyOnceWith(digest(presented), expect.objectContaining({ length: 32 }))
  }
})
