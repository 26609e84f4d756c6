import type { Clock } from '../../core/clock.ts'

/**
 * Rejects with `late()` when `work` takes longer than `ms`; its signal aborts then, its late result is not waited for.
 * What `work` does when it ends late, it does all the same.
 */
export async function withDeadline<Result>(
  clock: Clock,
  ms: number,
  late: () => Error,
  work: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const deadline = new AbortController()
  const over = new AbortController()
  const result = work(deadline.signal)
  const timeout = clock.sleep(ms, over.signal).then((): never => {
    deadline.abort()
    throw late()
  })
  try {
    return await Promise.race([result, timeout])
  } finally {
    over.abort()
  }
}
