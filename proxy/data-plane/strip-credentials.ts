import { holds, stripQuery } from './credentials.ts'
import type { Identified, Stage, Stripped } from './exchange.ts'
import { requestHeaders } from './headers.ts'
import { Refusal } from './refusal.ts'

/** Takes out of headers, cookies and query whatever belongs to the client's hop or proves the client's identity. */
export function stripCredentials(): Stage<Identified, Stripped> {
  return (next) => async (exchange) => {
    const { request, credential, path, query, id, facts } = exchange
    if (holds(path, credential)) {
      delete facts.path
      throw new Refusal(
        'target-invalid',
        'The path holds your key, which must not leave here. Send it in a header only.',
      )
    }
    await next({
      ...exchange,
      query: stripQuery(query, credential),
      headers: [...requestHeaders(request.rawHeaders, credential), 'x-request-id', id],
    })
  }
}
