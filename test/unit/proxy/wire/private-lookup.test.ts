import type { LookupAddress } from 'node:dns'
import { connect } from 'node:net'
import { expect, test } from 'vitest'
import { NOT_PRIVATE, privateLookup } from '../../../../proxy/wire/private-lookup.ts'

const PUBLIC = { address: '93.184.216.34', family: 4 }
const METADATA = { address: '169.254.169.254', family: 4 }
const PRIVATE = { address: '10.0.0.7', family: 4 }
const UNIQUE = { address: 'fd12::7', family: 6 }

test('of a name with addresses inside and outside, those inside alone are connected to', async () => {
  expect(await ask([PUBLIC, PRIVATE, METADATA, UNIQUE], { all: true })).toEqual([PRIVATE, UNIQUE])
  expect(await ask([PUBLIC, PRIVATE], {})).toEqual([PRIVATE])
})

test.each([[[PUBLIC]], [[METADATA]], [[]]])('a name that leads to %j is not connected to', async (addresses) => {
  await expect(ask(addresses, { all: true })).rejects.toMatchObject({ code: NOT_PRIVATE })
  await expect(ask(addresses, {})).rejects.toMatchObject({ code: NOT_PRIVATE })
})

test('a name that cannot be looked up fails as it does anywhere', async () => {
  const gone = Object.assign(new Error('no such name'), { code: 'ENOTFOUND' })

  await expect(ask([], { all: true }, gone)).rejects.toBe(gone)
})

test('a socket takes it for its own lookup', async () => {
  const socket = connect({ host: 'llm.internal', port: 9, lookup: privateLookup(resolveTo([PUBLIC])) })
  const error = await new Promise((resolve) => socket.once('error', resolve))

  expect(error).toMatchObject({ code: NOT_PRIVATE })
})

type Resolve = NonNullable<Parameters<typeof privateLookup>[0]>

const resolveTo =
  (addresses: LookupAddress[], error: NodeJS.ErrnoException | null = null): Resolve =>
  (_hostname, _options, done) =>
    done(error, addresses)

function ask(addresses: LookupAddress[], options: object, error?: NodeJS.ErrnoException): Promise<LookupAddress[]> {
  return new Promise((resolve, reject) => {
    privateLookup(resolveTo(addresses, error))('llm.internal', options, (failure, found, family) => {
      if (failure) reject(failure)
      else resolve(typeof found === 'string' ? [{ address: found, family: family ?? 0 }] : found)
    })
  })
}
