/** Preloaded into every measured process, ours and the peers' alike: tells what the process has used so far. */
import { answer } from './answer.ts'

export interface Usage {
  /** Of all threads, user and system, in milliseconds. */
  readonly cpuMs: number
  readonly rssMb: number
}

answer({
  usage: (): Usage => {
    const { user, system } = process.cpuUsage()
    return { cpuMs: (user + system) / 1_000, rssMb: process.memoryUsage.rss() / 2 ** 20 }
  },
})
