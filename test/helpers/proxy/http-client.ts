import { type Agent, type IncomingMessage, type OutgoingHttpHeaders, request } from 'node:http'
import { CLIENT_KEY } from './start-test-proxy.ts'

export interface Answer {
  readonly status: number
  readonly headers: IncomingMessage['headers']
  readonly rawHeaders: readonly string[]
  readonly trailers: NodeJS.Dict<string>
  readonly body: Buffer
  /** The body ended as its framing says. */
  readonly complete: boolean
}

export interface AskOptions {
  readonly path?: string
  readonly method?: string
  readonly headers?: OutgoingHttpHeaders
  readonly body?: string | Buffer
  readonly key?: string | null
  readonly agent?: Agent | false
}

/** One request through the proxy with Node's own client, on a connection of its own unless an agent is given. */
export function ask(port: number, options: AskOptions = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const outgoing = open(port, options, async (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk) => chunks.push(chunk))
      response.on('error', () => undefined)
      response.on('close', () => {
        const { statusCode = 0, headers, rawHeaders, trailers, complete } = response
        resolve({ status: statusCode, headers, rawHeaders, trailers, body: Buffer.concat(chunks), complete })
      })
    })
    outgoing.on('error', reject)
    outgoing.end(options.body)
  })
}

/** The same, left to the caller to write and to read. */
export function open(port: number, options: AskOptions, onResponse: (response: IncomingMessage) => void) {
  const { path = '/openai/v1/x', method = 'GET', headers, key = CLIENT_KEY, agent = false } = options
  const auth = key === null ? {} : { authorization: `Bearer ${key}` }
  return request({ host: '127.0.0.1', port, path, method, headers: { ...auth, ...headers }, agent }, onResponse)
}

/** The error of the proxy's own JSON answer. */
export function errorOf(answer: Answer): { code: string; message: string; request_id: string } {
  return JSON.parse(answer.body.toString()).error
}
