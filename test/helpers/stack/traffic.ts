import { systemClock } from '../../../core/clock.ts'
import { chat } from './chat.ts'
import type { StackUnderTest } from './stack-under-test.ts'

/** One request as its client saw it; moments on the monotonic clock. */
export interface Asked {
  readonly startedAt: number
  readonly endedAt: number
  /** HTTP status, or why there was no whole answer. */
  readonly outcome: number | string
  readonly upstreamKey: string | null
}

export interface Traffic {
  /** Every request that has ended, oldest first. */
  soFar(): readonly Asked[]
  /** Ends it, and tells every request. */
  stop(): Promise<readonly Asked[]>
}

/** Chat completions under one client key, without a pause, half of them streamed, until it is stopped. */
export function startTraffic(stack: StackUnderTest, key: string, clients = 2): Traffic {
  const asked: Asked[] = []
  let running = true
  const loop = async (client: number): Promise<void> => {
    for (let turn = client; running; turn++) asked.push(await askOnce(stack, key, turn % 2 === 0))
  }
  const loops = Promise.all(Array.from({ length: clients }, (_, client) => loop(client)))
  return {
    soFar: () => asked,
    async stop() {
      running = false
      await loops
      return asked
    },
  }
}

async function askOnce(stack: StackUnderTest, key: string, stream: boolean): Promise<Asked> {
  const startedAt = systemClock.monotonic()
  const { outcome, upstreamKey } = await chat(stack, key, { stream }).then(
    ({ status, body, upstreamKey }) => {
      const cutShort = stream && status === 200 && !body.trimEnd().endsWith('data: [DONE]')
      return { outcome: cutShort ? `a stream that ended early: ${body.slice(-200)}` : status, upstreamKey }
    },
    (error: unknown) => ({ outcome: String((error as { cause?: unknown }).cause ?? error), upstreamKey: null }),
  )
  return { startedAt, endedAt: systemClock.monotonic(), outcome, upstreamKey }
}
