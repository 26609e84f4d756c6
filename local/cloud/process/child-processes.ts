import type { Logger } from '../../../core/log.ts'
import type { MovableClock } from '../clock.ts'
import { type NodeChild, type SpawnOptions, spawnNode } from './spawn-node.ts'

export interface ChildProcesses {
  /** Starts a Node child under the cloud's clock; it is registered until it exits. */
  spawn(options: SpawnOptions): NodeChild
  /** Children that have not exited yet. */
  readonly running: ReadonlySet<NodeChild>
  /** Kills what still runs and waits until it is gone. Spawning afterwards throws. */
  close(): Promise<void>
}

/** How long a move of the clock waits for one child to confirm it; a blocked child must not stop time for the rest. */
const CLOCK_ACK_MS = 2_000

/** Every process that the local cloud starts, so that a clock move reaches all of them and none is left behind. */
export function createChildProcesses(clock: MovableClock, log: Logger): ChildProcesses {
  const running = new Set<NodeChild>()
  let closed = false
  const stopListening = clock.onMove(async (time) => {
    await Promise.all(
      [...running].map(async (child) => {
        if (!(await child.setClock(time, CLOCK_ACK_MS)))
          log.warn({ child: child.name }, 'child did not confirm the clock')
      }),
    )
  })

  return {
    running,
    spawn(options) {
      if (closed) throw new Error('The local cloud is closing: no process is started any more.')
      const child = spawnNode(options, clock)
      running.add(child)
      void child.exited.then(() => running.delete(child))
      return child
    },
    async close() {
      closed = true
      stopListening()
      await Promise.all([...running].map((child) => child.kill()))
    },
  }
}
