import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import type { Reply } from './exchange.ts'

export interface SendOptions {
  readonly chunkDelayMs: number
  /** The connection dies after half of a stream's frames. */
  readonly cutHalfway: boolean
}

/** Writes an answer, a stream frame by frame and no faster than the client reads; says how it ended. */
export async function send(
  response: ServerResponse,
  reply: Reply,
  headers: Readonly<Record<string, string>>,
  { chunkDelayMs, cutHalfway }: SendOptions,
): Promise<'complete' | 'aborted' | 'cut'> {
  if (!('events' in reply)) {
    const body = JSON.stringify(reply.json)
    response.writeHead(reply.status, {
      ...headers,
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
    })
    response.end(body)
    return 'complete'
  }

  const gone = new AbortController()
  response.once('close', () => gone.abort())
  response.writeHead(reply.status, {
    ...headers,
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-cache',
  })
  response.flushHeaders()
  const until = cutHalfway ? Math.ceil(reply.events.length / 2) : reply.events.length
  try {
    for (const event of reply.events.slice(0, until)) {
      if (gone.signal.aborted) return 'aborted'
      if (!response.write(event)) await once(response, 'drain', { signal: gone.signal })
      if (chunkDelayMs > 0) await delay(chunkDelayMs, undefined, { signal: gone.signal })
    }
  } catch {
    return 'aborted'
  }
  if (cutHalfway) {
    response.socket?.destroy()
    return 'cut'
  }
  response.end()
  return 'complete'
}
