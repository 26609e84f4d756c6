import { setTimeout as delay } from 'node:timers/promises'

export interface HealthCheckOptions {
  readonly port: number
  readonly path: string
  /** How long a starting task may fail the check, in milliseconds. */
  readonly graceMs: number
  readonly onHealthy: () => void
  /** It never became healthy, or failed three times in a row afterwards. */
  readonly onUnhealthy: () => void
  readonly signal: AbortSignal
}

const STARTING_POLL_MS = 50
const POLL_MS = 1_000
const TIMEOUT_MS = 5_000
const UNHEALTHY_AFTER = 3

/** Asks a task over HTTP, as a target group does, until it is aborted or gives the task up. Never rejects. */
export async function checkHealth(options: HealthCheckOptions): Promise<void> {
  const { signal, onHealthy, onUnhealthy } = options
  const givenUpAt = performance.now() + options.graceMs
  let healthy = false
  let failures = 0

  while (!signal.aborted) {
    const ok = await ask(options)
    if (signal.aborted) return
    failures = ok ? 0 : failures + 1
    if (ok && !healthy) {
      healthy = true
      onHealthy()
    }
    if (healthy ? failures >= UNHEALTHY_AFTER : performance.now() > givenUpAt) return onUnhealthy()
    await delay(healthy ? POLL_MS : STARTING_POLL_MS, undefined, { signal, ref: false }).catch(() => {})
  }
}

async function ask({ port, path, signal }: HealthCheckOptions): Promise<boolean> {
  try {
    const response = await fetch(`http://127.0.0.1:${port}${path}`, {
      redirect: 'manual',
      signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
    })
    await response.arrayBuffer()
    return response.status === 200
  } catch {
    return false
  }
}
