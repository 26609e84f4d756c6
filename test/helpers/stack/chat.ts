import { until } from './operate.ts'
import type { StackUnderTest } from './stack-under-test.ts'

export interface ChatAnswer {
  readonly status: number
  readonly body: string
  /** First 12 hex digits of the SHA-256 of the key that the upstream got. */
  readonly upstreamKey: string | null
  readonly headers: Headers
}

export interface ChatOptions {
  readonly provider?: 'openai' | 'openrouter'
  readonly stream?: boolean
}

const PATHS = { openai: '/openai/v1/chat/completions', openrouter: '/openrouter/api/v1/chat/completions' }

/** One chat completion through the proxy under a client's key, read to its end. */
export async function chat(
  { proxyUrl }: Pick<StackUnderTest, 'proxyUrl'>,
  key: string,
  { provider = 'openai', stream = false }: ChatOptions = {},
): Promise<ChatAnswer> {
  const response = await fetch(`${proxyUrl}${PATHS[provider]}`, {
    method: 'POST',
    // A connection of its own, so that every task of the proxy gets its share.
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', connection: 'close' },
    body: JSON.stringify({ model: 'gpt-4o-mini', stream, messages: [{ role: 'user', content: 'Hello' }] }),
  })
  const body = await response.text()
  return { status: response.status, body, upstreamKey: response.headers.get('x-echo-key'), headers: response.headers }
}

/** Waits until every task of the proxy takes a key. Asked at once, so that the load balancer gives each its share. */
export function accepted(stack: StackUnderTest, key: string): Promise<readonly number[]> {
  const askAll = async (): Promise<number[]> => {
    const answers = await Promise.all(Array.from({ length: 6 }, () => chat(stack, key)))
    return answers.map(({ status }) => status)
  }
  return until('every task takes the key', askAll, (statuses) => statuses.every((status) => status === 200))
}
