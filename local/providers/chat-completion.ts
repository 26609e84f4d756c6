import { bearer, type Exchange, jsonBody, type Reply, UpstreamError } from './exchange.ts'
import type { UpstreamKey } from './key-registry.ts'
import { randomText } from './random-text.ts'

const WORDS = ['Keys', ' turn', ',', ' old', ' ones', ' fade', ',', ' and', ' no', ' request', ' notices', '.'] as const
const MAX_CHUNKS = 10_000

/** `POST …/chat/completions` as OpenAI answers it, whole or as a stream that ends with `data: [DONE]`. */
export function chatCompletion(exchange: Exchange, idPrefix: string): Reply {
  const key = authenticated(exchange)
  const body = jsonBody(exchange)
  const { model, messages } = body
  if (typeof model !== 'string' || model === '') {
    throw new UpstreamError(400, 'missing_required_parameter', "Missing required parameter: 'model'.")
  }
  if (!Array.isArray(messages) || messages.length === 0) {
    throw new UpstreamError(400, 'missing_required_parameter', "Missing required parameter: 'messages'.")
  }

  const head = {
    id: `${idPrefix}${randomText(exchange.random, 24)}`,
    created: Math.floor(exchange.clock.now().getTime() / 1000),
    model,
    system_fingerprint: 'fp_keyturn_local',
  }
  const words = answer(body, exchange.settings.chunks)
  const usage = {
    prompt_tokens: messages.length * 8,
    completion_tokens: words.length,
    total_tokens: messages.length * 8 + words.length,
  }
  if (body.stream !== true) return { status: 200, json: whole(head, words, usage), key }
  const { include_usage: withUsage } = (body.stream_options ?? {}) as { include_usage?: unknown }
  return { status: 200, events: stream(head, words, withUsage === true ? usage : undefined), key }
}

/** @throws UpstreamError 401 for a missing, unknown, not yet working or revoked key */
export function authenticated(exchange: Exchange): UpstreamKey {
  const value = bearer(exchange.request)
  const key = value === undefined ? undefined : exchange.keys.authenticate(exchange.provider.name, value)
  if (!key) throw new UpstreamError(401, 'invalid_api_key', 'Incorrect API key provided.')
  return key
}

type Head = Readonly<Record<string, unknown>>

function answer(body: Record<string, unknown>, chunks: number): string[] {
  const asked = body.max_completion_tokens ?? body.max_tokens
  const length = typeof asked === 'number' && asked >= 1 ? Math.min(Math.floor(asked), MAX_CHUNKS) : chunks
  return Array.from({ length }, (_, index) => WORDS[index % WORDS.length] ?? '')
}

function whole(head: Head, words: readonly string[], usage: unknown): unknown {
  const message = { role: 'assistant', content: words.join(''), refusal: null }
  return {
    ...head,
    object: 'chat.completion',
    choices: [{ index: 0, message, logprobs: null, finish_reason: 'stop' }],
    usage,
  }
}

function stream(head: Head, words: readonly string[], usage: unknown): string[] {
  const chunk = (delta: unknown, finish: string | null): string =>
    frame({
      ...head,
      object: 'chat.completion.chunk',
      choices: [{ index: 0, delta, logprobs: null, finish_reason: finish }],
    })
  return [
    chunk({ role: 'assistant', content: '', refusal: null }, null),
    ...words.map((content) => chunk({ content }, null)),
    chunk({}, 'stop'),
    ...(usage === undefined ? [] : [frame({ ...head, object: 'chat.completion.chunk', choices: [], usage })]),
    'data: [DONE]\n\n',
  ]
}

const frame = (data: unknown): string => `data: ${JSON.stringify(data)}\n\n`
