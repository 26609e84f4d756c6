import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { type Clock, SECOND } from '../../core/clock.ts'
import type { Logger } from '../../core/log.ts'
import type { Random } from '../../core/random.ts'
import type { Limits } from '../config/limits.ts'
import { findCredentials } from '../data-plane/credentials/key-places.ts'
import { scanForClientKeys } from '../data-plane/credentials/key-scan.ts'
import type { Exchange } from '../data-plane/exchange.ts'
import { errorBody, Refusal, type RefusalCode } from '../data-plane/refusal.ts'
import type { Handler } from '../data-plane/stage.ts'
import type { ProxyMetrics } from '../metrics.ts'
import { type Connection, Connections } from './connections.ts'
import { onClientEnd } from './half-close.ts'

export interface DataServerOptions {
  readonly handle: Handler<Exchange>
  readonly limits: Limits
  readonly log: Logger
  readonly clock: Clock
  readonly random: Random
  readonly cutOff: AbortSignal
  /** Aborts when a drain closes the port. */
  readonly closing: AbortSignal
  readonly metrics: ProxyMetrics
}

/** The HTTP server of the data port: strict parsing, limits on heads and connections, none on a stream's total time. */
export function createDataServer(options: DataServerOptions): Server {
  const { handle, limits, clock, random, log, metrics, closing } = options
  const connections = new Connections({ limits, clock, metrics, onOverdue: overdue })
  closing.addEventListener('abort', () => connections.endSilent())
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
  // A client that has closed its side may still read ours; see half-close.ts for one that has gone altogether.
  Object.assign(server, { httpAllowHalfOpen: true })
  server.prependListener('connection', (socket: Socket) => {
    const connection = connections.admit(socket)
    socket.on('end', () => onClientEnd(connection))
    // Node calls it after the last answer of a connection, and would close at once whatever is still unread.
    socket.destroySoon = () => connection.end()
  })
  server.on('request', (request, response) => serve(request, response))
  server.on('checkContinue', (request, response) => serve(request, response, { awaitsContinue: true }))
  server.on('checkExpectation', (request, response) => serve(request, response, { expectsUnknown: true }))
  server.on('connect', (_request, socket: Duplex) => {
    endWith(connections.of(socket), 'method-not-allowed', 'CONNECT is not served here.', random.uuid())
  })
  server.on('clientError', (error: Error & { code?: string }, socket) => {
    const connection = connections.of(socket)
    if (connection.ending) return
    const [exchange, ...others] = connection.exchanges
    const answering = others.length > 0 || exchange?.response.headersSent
    const gone = error.code === 'ECONNRESET' || (exchange && error.code === 'HPE_INVALID_EOF_STATE')
    if (answering || gone || !socket.writable) {
      socket.destroy()
      return
    }
    const [code, message] = explain(error.code, limits)
    if (exchange) exchange.facts.code = code
    if (exchange) exchange.response.statusCode = new Refusal(code, message).status
    endWith(connection, code, message, exchange?.id ?? random.uuid())
  })
  return server

  function serve(request: IncomingMessage, response: ServerResponse, expectation: Expectation = {}): void {
    const connection = connections.of(request.socket)
    // Writing to a client that has just left is no news: its close is what counts.
    for (const stream of [request, response]) stream.on('error', () => undefined)
    if (connection.ending) {
      request.socket.pause()
      return
    }
    const exchange = open(request, response, expectation, connection, options)
    connection.begin(exchange)
    settle(response, handle(exchange))
  }

  /** The stages answer every error they foresee; one that they do not must cost one connection, not the process. */
  function settle(response: ServerResponse, exchange: Promise<void>): void {
    exchange.catch((error: unknown) => {
      log.error({ error }, 'a request could not be answered')
      response.destroy()
    })
  }

  /** Whoever began a head is told; whoever said nothing is not. */
  function overdue(connection: Connection): void {
    if (connection.socket.bytesRead === 0) connection.socket.destroy()
    else endWith(connection, 'head-timeout', lateHead(limits.strangerSeconds), random.uuid())
  }
}

/** What a request's `Expect` asks for. */
type Expectation = Partial<Pick<Exchange, 'awaitsContinue' | 'expectsUnknown'>>

const REQUEST_ID = /^[\w.:-]{1,128}$/

function open(
  request: IncomingMessage,
  response: ServerResponse,
  { awaitsContinue = false, expectsUnknown = false }: Expectation,
  connection: Connection,
  { clock, random, cutOff }: DataServerOptions,
): Exchange {
  const id = givenId(request) ?? random.uuid()
  const facts = { attempts: 0, bytesIn: 0, bytesOut: 0 }
  const startedAt = clock.monotonic()
  return { id, request, response, startedAt, awaitsContinue, expectsUnknown, cutOff, connection, facts }
}

/** The client's own id of a request, which goes to the upstream, into the log and back: never a key. */
function givenId({ headers, rawHeaders, url = '' }: IncomingMessage): string | undefined {
  const given = headers['x-request-id']
  if (typeof given !== 'string' || !REQUEST_ID.test(given)) return undefined
  const presented = findCredentials(rawHeaders, url.split('?', 2)[1])
  return ['', ...presented].some((key) => scanForClientKeys(key).holds(given)) ? undefined : given
}

function explain(code: string | undefined, limits: Limits): [RefusalCode, string] {
  if (code === 'HPE_HEADER_OVERFLOW') return ['head-too-large', `The request's head is over ${limits.headBytes} bytes.`]
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return ['head-timeout', lateHead(limits.headSeconds)]
  return ['malformed-request', 'The request is not well-formed HTTP/1.1. Its connection is closed.']
}

const lateHead = (seconds: number): string => `The request's head took over ${seconds} s.`

/** For requests that never became one: there is no response object to answer through. */
function endWith(connection: Connection, code: RefusalCode, message: string, id: string): void {
  const { socket } = connection
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
  socket.write(`${head.join('\r\n')}\r\n\r\n${body}`)
  connection.end()
}
