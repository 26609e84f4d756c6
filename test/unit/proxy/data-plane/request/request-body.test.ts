import type { IncomingMessage } from 'node:http'
import { PassThrough, type Readable } from 'node:stream'
import fc from 'fast-check'
import { expect, test, vi } from 'vitest'
import type { Exchange } from '../../../../../proxy/data-plane/exchange.ts'
import { RequestBody } from '../../../../../proxy/data-plane/request/request-body.ts'

const LIMITS = { replayBytes: 1_000, maxBytes: 10_000, idleMs: 60_000 }

function setup({ headers = {}, awaitsContinue = false, limits = LIMITS } = {}) {
  const source = new PassThrough()
  const request = Object.assign(source, { headers }) as unknown as IncomingMessage
  const response = { writeContinue: vi.fn(), headersSent: false }
  const facts = { attempts: 0, bytesIn: 0, bytesOut: 0 }
  const exchange = { request, response, facts, awaitsContinue } as unknown as Exchange
  return { source, response, facts, body: new RequestBody(exchange, limits) }
}

async function readAll(view: Readable): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of view) chunks.push(chunk)
  return Buffer.concat(chunks)
}

test('part of C5: whatever the chunks and wherever the first attempt stops, the second sends every byte from the first', async () => {
  const chunks = fc.array(
    fc.uint8Array({ minLength: 1, maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
    { maxLength: 8 },
  )
  await fc.assert(
    fc.asyncProperty(chunks, fc.nat(8), async (parts, stopAt) => {
      const { source, body } = setup({ limits: { ...LIMITS, replayBytes: 10_000 } })
      const first = body.open()
      first.on('error', () => undefined)
      first.resume()
      for (const [index, part] of parts.entries()) {
        if (index === stopAt) first.destroy()
        source.write(part)
        if (index % 2 === 0) await new Promise((resolve) => setImmediate(resolve))
      }
      first.destroy()
      expect(body.replayable).toBe(true)
      const second = readAll(body.open())
      source.end()

      expect((await second).equals(Buffer.concat(parts))).toBe(true)
    }),
    { numRuns: 100 },
  )
})

test('part of C5: at the bound a body is kept, over it not, and after release not', async () => {
  for (const [length, kept] of [
    [1_000, true],
    [1_001, false],
  ] as const) {
    const { source, facts, body } = setup()
    source.end(Buffer.alloc(length))
    expect(await readAll(body.open())).toHaveLength(length)
    expect(body.replayable).toBe(kept)
    expect(facts.bytesIn).toBe(length)
    body.release()
    expect(body.replayable).toBe(false)
    expect(() => body.open()).toThrow(expect.objectContaining({ code: 'internal-error' }))
  }
})

test('part of C5: a body that is announced over the bound is never kept, but can be opened once', async () => {
  const { source, body } = setup({ headers: { 'content-length': '1001' } })
  expect(body.replayable).toBe(true)
  source.end(Buffer.alloc(1_001))
  await readAll(body.open())

  expect(body.replayable).toBe(false)
})

test('part of C4: leave to continue is given at the first read, once', async () => {
  const { source, response, body } = setup({ awaitsContinue: true })
  const first = body.open()
  expect(response.writeContinue).not.toHaveBeenCalled()
  first.resume()
  await vi.waitFor(() => expect(response.writeContinue).toHaveBeenCalledTimes(1))
  first.destroy()
  source.end('x')
  await readAll(body.open())

  expect(response.writeContinue).toHaveBeenCalledTimes(1)
})

test('part of C15: an announced length over the limit is refused before a byte is read', () => {
  expect(() => setup({ headers: { 'content-length': '10001' } })).toThrow(
    expect.objectContaining({ code: 'body-too-large' }),
  )
})
