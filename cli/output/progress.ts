import { Listr, type ListrTaskWrapper } from 'listr2'
import { duration } from './duration.ts'

/** Tells what a job is doing now, and for how long it has waited in all, in milliseconds. */
export type Report = (phase: string, waitedMs?: number) => void

export interface Job<Result> {
  title: string
  run(report: Report): Promise<{ result: Result; summary: string }>
}

export interface ProgressOptions {
  /** `live` redraws a terminal, `lines` prints each change once, `none` prints nothing. */
  style: 'live' | 'lines' | 'none'
  print(line: string): void
}

/** Runs jobs beside each other and shows how they fare. One that fails stops no other, and its error is not shown here. */
export async function runJobs<Result>(
  jobs: readonly Job<Result>[],
  { style, print }: ProgressOptions,
): Promise<PromiseSettledResult<Result>[]> {
  if (style === 'live') return runLive(jobs)
  return Promise.allSettled(
    jobs.map(async ({ title, run }) => {
      const line = style === 'none' ? () => {} : print
      let last = ''
      const { result, summary } = await run((phase) => {
        if (phase !== last) line(`${title}: ${phase}`)
        last = phase
      })
      line(`${title}: ${summary}`)
      return result
    }),
  )
}

/** Runs one job, and throws what it throws. */
export async function runJob<Result>(job: Job<Result>, options: ProgressOptions): Promise<Result> {
  const [outcome] = await runJobs([job], options)
  if (outcome?.status === 'fulfilled') return outcome.value
  throw outcome?.reason
}

async function runLive<Result>(jobs: readonly Job<Result>[]): Promise<PromiseSettledResult<Result>[]> {
  const outcomes: PromiseSettledResult<Result>[] = []
  const tasks = jobs.map(({ title, run }, index) => ({
    title,
    task: async (_context: unknown, task: Pick<ListrTaskWrapper<unknown, never, never>, 'title' | 'output'>) => {
      try {
        const { result, summary } = await run((phase, waitedMs) => {
          task.output = waitedMs === undefined ? phase : `${phase} (${duration(waitedMs)})`
        })
        task.title = `${title}: ${summary}`
        outcomes[index] = { status: 'fulfilled', value: result }
      } catch (reason) {
        outcomes[index] = { status: 'rejected', reason }
        throw reason
      }
    },
  }))
  const options = { concurrent: true, exitOnError: false, rendererOptions: { showErrorMessage: false } } as const
  await new Listr(tasks, options).run()
  return outcomes
}
