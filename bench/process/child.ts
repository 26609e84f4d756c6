import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Question, Reply } from './answer.ts'
import type { Usage } from './probe.ts'

export interface Child {
  /** Asks the child by name and waits for its answer. */
  ask<Output>(name: string, input?: unknown): Promise<Output>
  usage(): Promise<Usage>
  stop(): Promise<void>
}

const running = new Set<ChildProcess>()
const probe = new URL('probe.ts', import.meta.url).href

process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130))

/** Starts a Node process that can be asked; what it writes to standard output is read and dropped. */
export function startChild(file: string, env: Readonly<Record<string, string>> = {}): Child {
  const child = spawn(process.execPath, ['--import', probe, file], {
    // Nothing of this shell's own AWS or Node settings reaches what is measured.
    env: { PATH: process.env.PATH, ...env },
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  })
  running.add(child)
  child.stdout?.resume()
  const gone = once(child, 'exit').then(([code, signal]) => {
    running.delete(child)
    throw new Error(`${file} ended (${signal ?? code})`)
  })
  gone.catch(() => undefined)
  let questions = 0

  async function ask<Output>(name: string, input?: unknown): Promise<Output> {
    const id = ++questions
    const reply = new Promise<Output>((resolve, reject) => {
      const listen = (message: Reply): void => {
        if (message.id !== id) return
        child.off('message', listen)
        if (message.error === undefined) resolve(message.output as Output)
        else reject(new Error(`${file}, asked for ${name}: ${message.error}`))
      }
      child.on('message', listen)
      child.send({ id, name, input } satisfies Question)
    })
    return Promise.race([reply, gone])
  }

  return {
    ask,
    usage: () => ask<Usage>('usage'),
    stop: async () => {
      child.kill('SIGKILL')
      await gone.catch(() => undefined)
    },
  }
}
