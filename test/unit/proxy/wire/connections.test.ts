import { EventEmitter } from 'node:events'
import type { Socket } from 'node:net'
import { expect, test } from 'vitest'
import { SECOND } from '../../../../core/clock.ts'
import type { Exchange } from '../../../../proxy/data-plane/exchange.ts'
import { Connection } from '../../../../proxy/wire/connections.ts'
import { ManualClock } from '../../../helpers/proxy/manual-clock.ts'

const KEEP_ALIVE_MS = 60 * SECOND

/** A connection, and what a request on it does to it: whether its answer keeps the connection. */
function open() {
  const clock = new ManualClock()
  const socket = Object.assign(new EventEmitter(), { destroyed: false }) as unknown as Socket
  const connection = new Connection(socket, clock, KEEP_ALIVE_MS, () => true)
  const begin = (accepted: boolean) => {
    const response = Object.assign(new EventEmitter(), { shouldKeepAlive: true })
    const exchange = { request: { complete: true }, response } as unknown as Exchange
    connection.begin(exchange)
    if (accepted) connection.accept(exchange)
    return response
  }
  const request = (accepted: boolean): boolean => {
    const response = begin(accepted)
    const { shouldKeepAlive } = response
    response.emit('close')
    return shouldKeepAlive
  }
  return { clock, connection, begin, request }
}

test('a connection is a stranger’s until an accepted key comes over it', () => {
  const { connection, request } = open()
  expect(request(false)).toBe(false)
  expect(connection.stranger).toBe(true)
  expect(request(true)).toBe(true)
  expect(connection.stranger).toBe(false)
  expect(request(false)).toBe(true)
})

test('every accepted request counts anew, so that a caller who goes on asking never becomes a stranger', async () => {
  const { clock, connection, request } = open()
  for (let count = 0; count < 5; count += 1) {
    expect(request(true)).toBe(true)
    await clock.advance(KEEP_ALIVE_MS - 1)
  }
  expect(connection.stranger).toBe(false)
  expect(request(false)).toBe(true)
})

test('wrong keys do not keep a place: it is a stranger’s again when no accepted one came for an idle connection’s time', async () => {
  const { clock, connection, request } = open()
  request(true)
  for (let count = 0; count < 3; count += 1) {
    await clock.advance(KEEP_ALIVE_MS / 3 + 1)
    request(false)
  }
  expect(connection.stranger).toBe(true)
  expect(request(false)).toBe(false)
})

test('a stream counts from its beginning and to its end, however long it lasts', async () => {
  const { clock, connection, begin, request } = open()
  request(true)
  await clock.advance(KEEP_ALIVE_MS - 1)
  const stream = begin(true)
  await clock.advance(2)
  expect(connection.stranger).toBe(false)
  await clock.advance(10 * KEEP_ALIVE_MS)
  stream.emit('close')
  expect(connection.stranger).toBe(false)
  expect(request(false)).toBe(true)
})
