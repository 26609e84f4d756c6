/** The upstream of every subject: small JSON answers, paced event streams, and bodies as long as asked for. */
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { answer } from '../process/answer.ts'
import { EVENT, LAST_EVENT, RESPONSE_BODY } from './traffic.ts'

const BLOCK = Buffer.alloc(64 * 1024, 'x')
const keys = new Set((process.env.BENCH_KEYS ?? '').split(','))
let sent = 0

const server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
  const { searchParams } = new URL(request.url ?? '/', 'http://upstream')
  const [events, mebibytes] = [Number(searchParams.get('events')), Number(searchParams.get('mebibytes'))]
  if (!keys.has(request.headers.authorization?.replace('Bearer ', '') ?? '')) response.writeHead(401).end()
  else if (mebibytes > 0) sendBytes(response, mebibytes * 2 ** 20)
  else
    afterBody(request, () =>
      events > 0 ? sendEvents(response, events, Number(searchParams.get('every'))) : sendJson(response),
    )
})
server.listen(0, '127.0.0.1')
await once(server, 'listening')

answer({ port: () => (server.address() as AddressInfo).port, sent: () => sent })

function afterBody(request: IncomingMessage, then: () => void): void {
  request.resume().once('end', then)
}

function sendJson(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(RESPONSE_BODY) })
  response.end(RESPONSE_BODY)
}

/** Head first, then one event at a time, each in a packet of its own, as a model does. */
function sendEvents(response: ServerResponse, events: number, everyMs: number): void {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' })
  response.flushHeaders()
  let left = events
  const next = (): void => {
    response.write(EVENT)
    left -= 1
    if (left > 0) return
    clearInterval(timer)
    response.end(LAST_EVENT)
  }
  const timer = everyMs > 0 ? setInterval(next, everyMs) : undefined
  if (everyMs === 0) for (let event = 0; event < events; event += 1) setImmediate(next)
  response.once('close', () => clearInterval(timer))
}

/** As fast as whoever reads takes it. */
function sendBytes(response: ServerResponse, bytes: number): void {
  response.writeHead(200, { 'content-type': 'application/octet-stream', 'content-length': bytes })
  let left = bytes
  const fill = (): void => {
    while (left > 0) {
      const block = left < BLOCK.length ? BLOCK.subarray(0, left) : BLOCK
      left -= block.length
      sent += block.length
      if (!response.write(block)) return
    }
    response.off('drain', fill)
    response.end()
  }
  response.on('drain', fill)
  fill()
}
