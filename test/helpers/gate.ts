import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Gate extends AsyncDisposable {
  readonly url: string
  /** Requests that stand before it. */
  readonly waiting: number
  /** Answers all who stand before it, and whoever comes from now on, with 200. */
  open(): void
}

/** An address whose answers wait until the test says so: work that lasts exactly as long as it must. */
export async function startGate(): Promise<Gate> {
  const held = new Set<ServerResponse>()
  let opened = false
  const server = createServer((_request, response) => {
    if (opened) response.end()
    else held.add(response)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/`,
    get waiting() {
      return held.size
    },
    open() {
      opened = true
      for (const response of held) response.end()
      held.clear()
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
