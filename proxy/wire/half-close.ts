import { SECOND } from '../../core/clock.ts'
import type { Connection } from './connections.ts'

/** From the client's end to each probe: the first provokes a reset, a later one finds it, be it a round trip away. */
const PROBES_MS = [0, 1, SECOND / 10, SECOND]

/**
 * A client has closed its sending side. It may have gone, or it may wait for the rest of its answer (`printf … | nc -N`):
 * TCP says the same of both. So it is sent something that no client sees, and at which a system without such a client
 * resets the connection: before an answer's head `100 Continue`, which every client must skip (RFC 9110 §15.2), and
 * between two chunks a leading zero of the next chunk's size (RFC 9112 §7.1). Answers with a length, and those to
 * HTTP/1.0, leave no room for that: there the answer's own next bytes tell.
 */
export function onClientEnd(connection: Connection): void {
  for (const ms of PROBES_MS) setTimeout(() => probe(connection), ms).unref()
}

function probe({ exchanges, ending, socket }: Connection): void {
  const [exchange] = exchanges
  if (!exchange || ending || socket.destroyed) return
  const { request, response } = exchange
  if (request.httpVersion !== '1.1' || response.writableEnded) return
  if (!response.headersSent) response.writeContinue()
  else if (response.chunkedEncoding) socket.write('0')
}
