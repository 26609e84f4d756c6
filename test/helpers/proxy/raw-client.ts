import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { until } from './until.ts'

/** A bare TCP client: what is sent is what the test wrote, what came is what the proxy wrote. */
export class RawClient implements AsyncDisposable {
  readonly socket: Socket
  readonly chunks: Buffer[] = []
  ended = false
  closed = false
  error: NodeJS.ErrnoException | undefined

  constructor(socket: Socket) {
    this.socket = socket
    socket.on('data', (chunk) => this.chunks.push(chunk))
    socket.on('end', () => {
      this.ended = true
    })
    socket.on('error', (error) => {
      this.error = error
    })
    socket.on('close', () => {
      this.closed = true
    })
  }

  static async open(port: number): Promise<RawClient> {
    const socket = connect(port, '127.0.0.1')
    await once(socket, 'connect')
    return new RawClient(socket)
  }

  get text(): string {
    return Buffer.concat(this.chunks).toString('latin1')
  }

  /** Sends lines of a head, ended by an empty line. */
  head(...lines: string[]): this {
    this.socket.write(`${lines.join('\r\n')}\r\n\r\n`, 'latin1')
    return this
  }

  write(data: string | Buffer): this {
    this.socket.write(data)
    return this
  }

  async sees(text: string, deadlineMs = 5_000): Promise<void> {
    await until(
      () => this.text.includes(text),
      `the client sees ${JSON.stringify(text)}, not ${JSON.stringify(this.text)}`,
      deadlineMs,
    )
  }

  async seesClose(deadlineMs = 5_000): Promise<void> {
    await until(() => this.closed, `the connection closes after ${JSON.stringify(this.text)}`, deadlineMs)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.socket.destroy()
  }
}

/** One request on its own connection, read to the end of the connection. */
export async function rawExchange(port: number, message: string): Promise<string> {
  await using client = await RawClient.open(port)
  client.socket.write(message, 'latin1')
  await client.seesClose()
  return client.text
}
