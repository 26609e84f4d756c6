import { stripQuery } from '../credentials/key-places.ts'
import { scanForClientKeys } from '../credentials/key-scan.ts'
import type { Identified, Stripped } from '../exchange.ts'
import { requestHeaders } from '../request/request-headers.ts'
import type { Stage } from '../stage.ts'
import { keyInPath } from './choose-route.ts'

/**
 * Takes out of headers, cookies and query whatever belongs to the client's hop or holds a client key, the one presented
 * or anyone's; a path that holds one is refused (docs/decisions/019-keys-that-must-not-leave.md).
 */
export function stripCredentials(): Stage<Identified, Stripped> {
  return (next) => async (exchange) => {
    const { request, credential, path, query, id, facts } = exchange
    if (scanForClientKeys(credential).holds(path)) {
      delete facts.path
      throw keyInPath()
    }
    await next({
      ...exchange,
      query: stripQuery(query, credential),
      headers: [...requestHeaders(request.rawHeaders, credential), 'x-request-id', id],
    })
  }
}
