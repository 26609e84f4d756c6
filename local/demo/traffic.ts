import OpenAI from 'openai'
import { systemClock } from '../../core/clock.ts'
import type { Consumer } from './consumer.ts'

export interface TrafficOptions {
  readonly proxyUrl: string
  readonly consumers: readonly Consumer[]
}

export interface Failure {
  readonly at: string
  readonly what: string
  readonly consumer: string
  readonly reason: string
}

export interface Traffic {
  readonly requests: number
  /** Streams that ended as they should. */
  readonly streams: number
  readonly plain: number
  readonly failures: readonly Failure[]
  /** Lets what is under way end. */
  stop(): Promise<void>
}

const PAUSE_MS = 15
const WORDS = 20

/** Steady traffic: for each consumer the official `openai` client streaming, and plain HTTP, until stopped. */
export function startTraffic({ proxyUrl, consumers }: TrafficOptions): Traffic {
  const count = { streams: 0, plain: 0 }
  const failures: Failure[] = []
  let stopping = false

  const worker = async (
    consumer: Consumer,
    what: string,
    kind: keyof typeof count,
    ask: () => Promise<void>,
  ): Promise<void> => {
    while (!stopping) {
      try {
        await ask()
        count[kind] += 1
      } catch (error) {
        failures.push({ at: systemClock.now().toISOString(), what, consumer: consumer.name, reason: reasonOf(error) })
      }
      await systemClock.sleep(PAUSE_MS)
    }
  }
  const workers = consumers.flatMap((consumer) => [
    worker(consumer, 'stream through the openai client, /openai', 'streams', () =>
      stream(consumer, `${proxyUrl}/openai/v1`),
    ),
    worker(consumer, 'stream through the openai client, /openrouter', 'streams', () =>
      stream(consumer, `${proxyUrl}/openrouter/api/v1`),
    ),
    worker(consumer, 'plain HTTP, /openai', 'plain', () => plain(consumer, `${proxyUrl}/openai/v1`)),
    worker(consumer, 'plain HTTP, /openrouter', 'plain', () => plain(consumer, `${proxyUrl}/openrouter/api/v1`)),
  ])
  return {
    get requests() {
      return count.streams + count.plain + failures.length
    },
    get streams() {
      return count.streams
    },
    get plain() {
      return count.plain
    },
    failures,
    stop: async () => {
      stopping = true
      await Promise.all(workers)
    },
  }
}

/** One streamed completion: complete only if every word and the end arrived. Retries are off, so nothing is glossed over. */
async function stream(consumer: Consumer, baseURL: string): Promise<void> {
  const client = new OpenAI({ apiKey: consumer.key(), baseURL, maxRetries: 0, timeout: 30_000 })
  const chunks = await client.chat.completions.create({
    model: 'gpt-4o-mini',
    stream: true,
    max_tokens: WORDS,
    messages: [{ role: 'user', content: 'Say something about keys.' }],
  })
  let words = 0
  let finished = false
  for await (const { choices } of chunks) {
    if (choices[0]?.delta.content) words += 1
    if (choices[0]?.finish_reason) finished = true
  }
  if (!finished || words !== WORDS) throw new Error(`the stream ended after ${words} of ${WORDS} words`)
}

async function plain(consumer: Consumer, baseUrl: string): Promise<void> {
  const response = await fetch(`${baseUrl}/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${consumer.key()}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'gpt-4o-mini', messages: [{ role: 'user', content: 'Hello' }] }),
    signal: AbortSignal.timeout(30_000),
  })
  const text = await response.text()
  if (response.status !== 200) throw new Error(`HTTP ${response.status}: ${text.slice(0, 300)}`)
  if (typeof JSON.parse(text).choices?.[0]?.message?.content !== 'string') throw new Error('an answer without content')
}

function reasonOf(error: unknown): string {
  const { message, cause } = error as Error
  return cause instanceof Error ? `${message} (${cause.message})` : message
}
