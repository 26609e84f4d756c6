import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { type Clock, SECOND } from '../core/clock.ts'
import type { Logger } from '../core/log.ts'
import type { Random } from '../core/random.ts'
import type { Exchange, Handler } from './data-plane/exchange.ts'
import { errorBody, Refusal, type RefusalCode } from './data-plane/refusal.ts'
import type { Limits } from './limits.ts'

export interface DataServerOptions {
  readonly handle: Handler<Exchange>
  /** Answers a request that is refused by its head alone. */
  readonly refuse: (exchange: Exchange, refusal: Refusal) => Promise<void>
  readonly limits: Limits
  readonly log: Logger
  readonly clock: Clock
  readonly random: Random
  readonly cutOff: AbortSignal
}

/** The HTTP server of the data port: strict parsing, limits on heads and connections, none on a stream's total time. */
export function createDataServer(options: DataServerOptions): Server {
  const { handle, refuse, limits } = options
  const busy = new WeakMap<Duplex, Set<Exchange>>()
  const server = createServer({
    insecureHTTPParser: false,
    requireHostHeader: true,
    maxHeaderSize: limits.headBytes,
    headersTimeout: limits.headSeconds * SECOND,
    // A body may take as long as it keeps coming; its silence is limited where it is read.
    requestTimeout: 0,
    keepAliveTimeout: limits.clientKeepAliveSeconds * SECOND,
    connectionsCheckingInterval: Math.ceil(Math.min(5 * SECOND, limits.headSeconds * 250)),
    noDelay: true,
  })
  // Heads are limited in bytes; a limit in number would drop the rest without a word.
  server.maxHeadersCount = 0
  server.maxConnections = limits.connections
  server.on('request', (request, response) => serve(request, response, false))
  server.on('checkContinue', (request, response) => serve(request, response, true))
  server.on('checkExpectation', (request, response) => {
    const refusal = new Refusal('expectation-unknown', 'The only expectation that the proxy meets is 100-continue.')
    settle(response, refuse(open(request, response, false, options), refusal))
  })
  server.on('connect', (_request, socket: Duplex) => {
    endWith(socket, 'method-not-allowed', 'CONNECT is not served here.', options.random.uuid())
  })
  server.on('clientError', (error: Error & { code?: string }, socket) => {
    const [exchange, ...others] = busy.get(socket) ?? []
    const answering = others.length > 0 || exchange?.response.headersSent
    const gone = error.code === 'ECONNRESET' || (exchange && error.code === 'HPE_INVALID_EOF_STATE')
    if (answering || gone || !socket.writable) {
      socket.destroy()
      return
    }
    const [code, message] = explain(error.code, limits)
    if (exchange) exchange.facts.code = code
    if (exchange) exchange.response.statusCode = new Refusal(code, message).status
    endWith(socket, code, message, exchange?.id ?? options.random.uuid())
  })
  return server

  function serve(request: IncomingMessage, response: ServerResponse, awaitsContinue: boolean): void {
    const { socket } = request
    const exchange = open(request, response, awaitsContinue, options)
    const exchanges = busy.get(socket) ?? new Set()
    busy.set(socket, exchanges.add(exchange))
    // Writing to a client that has just left is no news: its close is what counts.
    for (const stream of [request, response]) stream.on('error', () => undefined)
    response.once('close', () => {
      exchanges.delete(exchange)
      // A body that was answered before its end is read off, but not for as long as its sender likes.
      if (!request.complete && !socket.destroyed) socket.setTimeout(5 * SECOND, () => socket.destroy())
    })
    const hosts = request.rawHeaders.filter((text, index) => index % 2 === 0 && text.toLowerCase() === 'host').length
    settle(response, hosts > 1 ? refuse(exchange, twoHosts()) : handle(exchange))
  }

  /** The stages answer every error they foresee; one that they do not must cost one connection, not the process. */
  function settle(response: ServerResponse, exchange: Promise<void>): void {
    exchange.catch((error: unknown) => {
      options.log.error({ error }, 'a request could not be answered')
      response.destroy()
    })
  }
}

const REQUEST_ID = /^[\w.:-]{1,128}$/

function open(
  request: IncomingMessage,
  response: ServerResponse,
  awaitsContinue: boolean,
  { clock, random, cutOff }: DataServerOptions,
): Exchange {
  const given = request.headers['x-request-id']
  const id = typeof given === 'string' && REQUEST_ID.test(given) ? given : random.uuid()
  const facts = { attempts: 0, bytesIn: 0, bytesOut: 0 }
  return { id, request, response, startedAt: clock.monotonic(), awaitsContinue, cutOff, facts }
}

const twoHosts = () => new Refusal('malformed-request', 'The request has more than one Host header.')

function explain(code: string | undefined, limits: Limits): [RefusalCode, string] {
  if (code === 'HPE_HEADER_OVERFLOW') return ['head-too-large', `The request's head is over ${limits.headBytes} bytes.`]
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT')
    return ['head-timeout', `The request's head took over ${limits.headSeconds} s.`]
  return ['malformed-request', 'The request is not well-formed HTTP/1.1. Its connection is closed.']
}

/** For requests that never became one: there is no response object to answer through. */
function endWith(socket: Duplex, code: RefusalCode, message: string, id: string): void {
  const { status } = new Refusal(code, message)
  const body = `${errorBody(code, message, id)}\n`
  const head = [
    `HTTP/1.1 ${status} ${code}`,
    'content-type: application/json',
    `content-length: ${Buffer.byteLength(body)}`,
    `x-request-id: ${id}`,
    'connection: close',
  ]
  socket.once('error', () => socket.destroy())
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`)
}
