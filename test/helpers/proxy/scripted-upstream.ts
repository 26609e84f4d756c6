import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from 'node:net'

export type Script = (request: IncomingMessage, response: ServerResponse) => unknown

export interface SeenRequest {
  readonly method: string
  readonly url: string
  /** Names and values in turn, as they came. */
  readonly rawHeaders: readonly string[]
  readonly headers: IncomingMessage['headers']
}

export interface ScriptedUpstream extends AsyncDisposable {
  readonly url: string
  readonly port: number
  readonly seen: SeenRequest[]
  readonly sockets: ReadonlySet<Socket>
  script: Script
}

/** An HTTP/1.1 upstream on a real socket that does what the test says and remembers what it was asked. */
export async function startUpstream(script: Script): Promise<ScriptedUpstream> {
  const seen: SeenRequest[] = []
  const sockets = new Set<Socket>()
  const server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
    seen.push({
      method: request.method ?? '',
      url: request.url ?? '',
      rawHeaders: request.rawHeaders,
      headers: request.headers,
    })
    void run(request, response)
  })
  const run = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    try {
      await upstream.script(request, response)
    } catch (error) {
      // A request that the proxy gave up is no failure of the script; anything else is.
      if (!request.destroyed || request.complete) throw error
    }
  }
  const upstream: ScriptedUpstream = { ...(await listen(server, sockets)), seen, sockets, script }
  return upstream
}

export interface RawUpstream extends AsyncDisposable {
  readonly url: string
  readonly port: number
}

/** An upstream of bare TCP, for answers that no HTTP server would give. */
export async function startRawUpstream(onConnection: (socket: Socket) => void): Promise<RawUpstream> {
  const server = createTcpServer((socket) => {
    socket.on('error', () => undefined)
    onConnection(socket)
  })
  return listen(server, new Set())
}

async function listen(server: Server, sockets: Set<Socket>) {
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined)
    socket.once('close', () => sockets.delete(socket))
  })
  const listening = once(server, 'listening')
  server.listen(0, '127.0.0.1')
  await listening
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    [Symbol.asyncDispose]: async () => {
      const closed = new Promise((resolve) => server.close(resolve))
      for (const socket of sockets) socket.destroy()
      await closed
    },
  }
}

/** A request's body, whole. */
export async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk)
  return Buffer.concat(chunks)
}

/** The key that a request presents to the upstream. */
export const keyOf = ({ headers }: Pick<IncomingMessage, 'headers'>): string | undefined =>
  headers.authorization?.replace(/^Bearer /, '')
