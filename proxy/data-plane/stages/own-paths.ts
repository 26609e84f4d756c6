import type { KeySetState } from '../../keys/key-set-store.ts'
import type { Exchange } from '../exchange.ts'
import { Refusal } from '../refusal.ts'
import type { Stage } from '../stage.ts'

/** What /ready says: ready or not, and which part is not. No secret, no value. */
export interface Readiness {
  readonly ready: boolean
  readonly draining: boolean
  readonly keySets: Readonly<Record<string, KeySetState>>
}

export interface OwnPathsOptions {
  readonly readiness: () => Readiness
}

interface Answer {
  readonly status: number
  readonly type: string
  readonly body: string
}

/** Answers `/health` (the process is up) and `/ready` (it can serve) itself. */
export function ownPaths({ readiness }: OwnPathsOptions): Stage<Exchange, Exchange> {
  const answers: Readonly<Record<string, () => Answer>> = {
    '/health': () => json(200, { status: 'up' }),
    '/ready': () => {
      const state = readiness()
      return json(state.ready ? 200 : 503, state)
    },
  }
  return (next) => async (exchange) => {
    const { request, response, facts, id } = exchange
    const path = request.url?.split('?', 1)[0] ?? ''
    const give = Object.hasOwn(answers, path) ? answers[path] : undefined
    if (!give) return next(exchange)
    facts.route = 'own'
    facts.path = path
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      throw new Refusal('method-not-allowed', `${path} takes GET and HEAD only.`)
    }
    const { status, type, body } = give()
    const length = String(Buffer.byteLength(body))
    response.writeHead(status, [
      'content-type',
      type,
      'content-length',
      length,
      'cache-control',
      'no-store',
      'x-request-id',
      id,
    ])
    response.end(request.method === 'HEAD' ? undefined : body)
  }
}

function json(status: number, value: unknown): Answer {
  return { status, type: 'application/json', body: `${JSON.stringify(value)}\n` }
}
