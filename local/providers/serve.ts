import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import type { Clock } from '../../core/clock.ts'
import type { Random } from '../../core/random.ts'
import type { FaultEffect, Faults } from '../cloud/faults.ts'
import type { Journal } from '../cloud/journal.ts'
import { echoHeaders } from './echo.ts'
import { type Provider, type Reply, type Route, UpstreamError, type UpstreamSettings } from './exchange.ts'
import type { KeyRegistry } from './key-registry.ts'
import { randomText } from './random-text.ts'
import { send } from './send.ts'

export interface ServeContext {
  readonly providers: readonly Provider[]
  readonly keys: KeyRegistry
  readonly served: ServedRequest[]
  readonly clock: Clock
  readonly random: Random
  readonly faults: Faults
  readonly journal: Journal | undefined
  readonly echo: boolean
  readonly onKill: () => void
  readonly settings: UpstreamSettings
}

export interface ServedRequest {
  readonly at: Date
  readonly provider: string
  readonly operation: string
  /** Absent when the request was not authenticated by a provider key. */
  readonly keyId?: string
  readonly status: number
  /** `complete`; `aborted` when the client went first; `cut` by a fault. */
  readonly outcome: 'complete' | 'aborted' | 'cut'
}

const MAX_BODY = 8 * 1024 * 1024
const MAX_SERVED = 20_000

/** Routes a request to its provider's operation, with faults before and after the operation's effect. */
export function serve(context: ServeContext): RequestListener {
  return (request, response) => {
    answer(context, request, response).catch(() => request.socket.destroy())
  }
}

async function answer(context: ServeContext, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? '/', 'https://upstream.invalid')
  const match = findRoute(context.providers, request.method ?? '', url.pathname)
  if (!match) return notFound(request, response)
  const { provider, route, params } = match

  const effect = context.faults.take('upstream', route.operation, undefined)
  if (effect?.kind === 'delay') await delay(effect.ms)
  const cut = cutOf(effect)
  if (cut === 'before') return cutOff(context, match, request, effect, 0)

  const reply = await handle(context, match, request, url.searchParams, effect)
  const headers = {
    'x-request-id': `req_${randomText(context.random, 24)}`,
    ...(context.echo && echoHeaders(request)),
  }
  if (cut === 'after' && !('events' in reply)) return cutOff(context, match, request, effect, reply.status)

  if (reply.key) context.keys.recordUse(reply.key)
  const outcome = await send(response, reply, headers, {
    chunkDelayMs: context.settings.chunkDelayMs,
    cutHalfway: cut === 'after',
  })
  if (outcome === 'cut' && effect?.kind === 'kill') context.onKill()
  record(context, { provider, route, params }, reply.status, outcome, 'key' in reply ? reply.key?.id : undefined)
}

interface Match {
  readonly provider: Provider
  readonly route: Route
  readonly params: Readonly<Record<string, string>>
}

function findRoute(providers: readonly Provider[], method: string, path: string): Match | undefined {
  for (const provider of providers) {
    if (!path.startsWith(`/${provider.name}/`)) continue
    const rest = path.slice(provider.name.length + 1)
    for (const route of provider.routes) {
      const found = route.method === method ? route.path.exec(rest) : null
      if (found) return { provider, route, params: { ...found.groups } }
    }
  }
  return undefined
}

async function handle(
  context: ServeContext,
  { provider, route, params }: Match,
  request: IncomingMessage,
  query: URLSearchParams,
  effect: FaultEffect | undefined,
): Promise<Reply> {
  try {
    const body = await readBody(request)
    if (effect?.kind === 'error') {
      throw new UpstreamError(effect.status ?? 500, effect.code, effect.message ?? 'Injected fault.', 'server_error')
    }
    if (effect?.kind === 'throttle') {
      throw new UpstreamError(429, 'rate_limit_exceeded', 'Rate limit reached.', 'requests')
    }
    return await route.handle({ ...context, provider, request, params, query, body })
  } catch (error) {
    if (!(error instanceof UpstreamError)) throw error
    return { status: error.status, json: provider.errorBody(error) }
  }
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = []
  let length = 0
  for await (const part of request) {
    length += (part as Buffer).length
    if (length <= MAX_BODY) parts.push(part as Buffer)
  }
  // Only once all of it has come: a client that is still sending would not read the refusal.
  if (length > MAX_BODY) throw new UpstreamError(413, 'request_too_large', 'The request body is too large.')
  return Buffer.concat(parts)
}

const cutOf = (effect: FaultEffect | undefined): 'before' | 'after' | undefined =>
  effect?.kind === 'drop' || effect?.kind === 'kill' ? effect.when : undefined

function cutOff(
  context: ServeContext,
  match: Match,
  request: IncomingMessage,
  effect: FaultEffect | undefined,
  status: number,
): void {
  if (effect?.kind === 'kill') context.onKill()
  request.socket.destroy()
  record(context, match, status, 'cut', undefined)
}

function record(
  { served, clock, journal }: ServeContext,
  { provider, route }: Match,
  status: number,
  outcome: ServedRequest['outcome'],
  keyId: string | undefined,
): void {
  const at = clock.now()
  const { operation } = route
  served.push({ at, provider: provider.name, operation, status, outcome, ...(keyId !== undefined && { keyId }) })
  if (served.length > MAX_SERVED) served.splice(0, MAX_SERVED / 2)
  // Inference is traffic, not part of a rotation; a journal of every chat would drown what it is for.
  if (operation === 'Chat') return
  journal?.add({
    at: at.toISOString(),
    source: 'target',
    service: `upstream/${provider.name}`,
    operation,
    principal: 'bearer',
    authorizations: [],
    input: [],
    outcome: outcome === 'complete' ? String(status) : outcome,
  })
}

function notFound(request: IncomingMessage, response: ServerResponse): void {
  request.resume()
  response.writeHead(404, { 'content-type': 'application/json' })
  const message = `No such operation: ${request.method} under this path. Providers are /openai and /openrouter.`
  response.end(JSON.stringify({ error: { code: 'not_found', message } }))
}
