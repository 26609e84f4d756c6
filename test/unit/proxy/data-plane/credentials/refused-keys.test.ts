import { expect, test } from 'vitest'
import type { Logger } from '../../../../../core/log.ts'
import { RefusedKeys } from '../../../../../proxy/data-plane/credentials/refused-keys.ts'
import { ManualClock } from '../../../../helpers/proxy/manual-clock.ts'

function setup() {
  const clock = new ManualClock()
  const lines: { address: string; version: string; requests: number }[] = []
  const log = { warn: (fields: never) => lines.push(fields) } as unknown as Logger
  const refused = new RefusedKeys({ log, clock })
  const note = (address: string, versionId = 'version-1') =>
    refused.note({ client: 'app', versionId, state: 'retired', address })
  return { clock, lines, refused, note }
}

test('C19: the first request is written at once, the others as one count a minute, then nothing', async () => {
  const { clock, lines, note } = setup()
  for (let index = 0; index < 5; index += 1) note('10.0.0.1')
  note('10.0.0.2')
  expect(lines.map(({ address, requests }) => [address, requests])).toEqual([
    ['10.0.0.1', 1],
    ['10.0.0.2', 1],
  ])

  await clock.advance(60_000)
  note('10.0.0.1')
  await clock.advance(60_000)
  await clock.advance(60_000)
  expect(lines.slice(2).map(({ address, requests }) => [address, requests])).toEqual([
    ['10.0.0.1', 4],
    ['10.0.0.1', 1],
  ])

  note('10.0.0.1')
  expect(lines).toHaveLength(5)
})

test('C19: a flood from ever new addresses is counted, not written line by line', () => {
  const { lines, refused, note } = setup()
  for (let index = 0; index < 3_000; index += 1) note(`10.0.${index >> 8}.${index & 255}`)
  expect(lines).toHaveLength(501)
  expect(lines.at(-1)).toMatchObject({ address: 'several', version: 'version-' })

  refused.stop()
  expect(lines.at(-1)).toMatchObject({ address: 'several', requests: 2_499 })
})
