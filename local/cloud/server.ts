import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gunzipSync } from 'node:zlib'
import { KeyturnError } from '../../core/errors.ts'
import type { Cloud } from './cloud.ts'
import { control } from './control/control.ts'
import { type Answer, dispatch } from './dispatch.ts'
import type { WireRequest } from './protocol/protocol.ts'
import type { Regions } from './regions.ts'
import type { Service } from './services/service.ts'

export interface CloudServer {
  readonly url: string
  readonly port: number
  close(): Promise<void>
}

/** Lambda takes zips of 50 MB, which arrive in base64. */
const MAX_BODY_BYTES = 70 * 1024 * 1024

/**
 * One HTTP port on 127.0.0.1 for every service: the signature's scope says which one a request is for.
 * @throws KeyturnError `port-taken`
 */
export async function startServer(regions: Regions, services: readonly Service[], port: number): Promise<CloudServer> {
  const server = createServer((request, response) => {
    void serve(request, response, regions, services)
  })
  // Longer than clients keep a connection idle, so that none is closed under a request on its way.
  server.keepAliveTimeout = 65_000
  await listen(server, port)
  const { port: bound } = server.address() as AddressInfo

  return {
    url: `http://127.0.0.1:${bound}`,
    port: bound,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

async function serve(
  incoming: IncomingMessage,
  response: ServerResponse,
  regions: Regions,
  services: readonly Service[],
): Promise<void> {
  const { home: cloud } = regions
  try {
    const request = await read(incoming)
    if (!request) {
      response.writeHead(413, { connection: 'close' }).end()
      return
    }
    const answer = request.path.startsWith('/_keyturn/')
      ? await control(request, cloud, services)
      : await dispatch(request, regions, services)
    send(answer, response, cloud)
  } catch (error) {
    // A client that went away, such as a function that was killed, is nobody's mistake.
    if (!incoming.errored) cloud.log.error({ error }, 'a request failed outside of any operation')
    response.destroy()
  }
}

function send(answer: Answer, response: ServerResponse, cloud: Cloud): void {
  if (answer === 'reset') {
    response.socket?.resetAndDestroy()
    return
  }
  // SDKs correct their clock by this header, so it must be the cloud's time and not the machine's.
  response.sendDate = false
  response.writeHead(answer.status, { ...answer.headers, date: cloud.clock.now().toUTCString() }).end(answer.body)
}

async function read(incoming: IncomingMessage): Promise<WireRequest | undefined> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > MAX_BODY_BYTES) return undefined
    chunks.push(chunk)
  }
  const [path = '/', search = ''] = (incoming.url ?? '/').split(/\?(.*)/s)
  const headers = Object.entries(incoming.headers).map(([name, value]) => [name, String(value)])
  return {
    method: incoming.method ?? 'GET',
    path,
    query: new URLSearchParams(search),
    headers: Object.fromEntries(headers),
    body: decompress(Buffer.concat(chunks), incoming.headers['content-encoding']),
  }
}

/** SDKs compress large bodies of some operations, such as PutMetricData. */
function decompress(body: Buffer, encoding: string | undefined): Buffer {
  return encoding === 'gzip' ? gunzipSync(body, { maxOutputLength: MAX_BODY_BYTES }) : body
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(error.code === 'EADDRINUSE' ? portTaken(port) : error),
    )
    server.listen(port, '127.0.0.1', resolve)
  })
}

const portTaken = (port: number): Error =>
  new KeyturnError(
    'port-taken',
    `Port ${port} on 127.0.0.1 is already in use. Stop what listens there, or choose another with --port (0 picks a free one).`,
  )
