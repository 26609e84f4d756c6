import { stripQuery } from './credentials.ts'
import type { Identified, Stage, Stripped } from './exchange.ts'
import { requestHeaders } from './headers.ts'

/** Takes out of headers, cookies and query whatever belongs to the client's hop or proves the client's identity. */
export function stripCredentials(): Stage<Identified, Stripped> {
  return (next) => async (exchange) => {
    const { request, credential, query, id } = exchange
    await next({
      ...exchange,
      query: stripQuery(query, credential),
      headers: [...requestHeaders(request.rawHeaders, credential), 'x-request-id', id],
    })
  }
}
