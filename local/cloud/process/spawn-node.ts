import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { setTimeout as delay } from 'node:timers/promises'
import type { ClockReading } from '../clock.ts'

export interface SpawnOptions {
  /** For logs: `lambda rotate-provider`. */
  readonly name: string
  /** Path of the script to run. */
  readonly entry: string
  readonly args?: readonly string[]
  /** The child's whole environment but for PATH and TZ: it inherits nothing, as in AWS. */
  readonly env: Readonly<Record<string, string>>
  readonly cwd: string
  readonly onStdout: (line: string) => void
  readonly onStderr: (line: string) => void
  readonly onMessage?: (message: unknown) => void
}

export interface Exit {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

export interface NodeChild {
  readonly name: string
  readonly pid: number | undefined
  /** Resolves when the process is gone and its output has been read. Never rejects. */
  readonly exited: Promise<Exit>
  /** False once the process cannot be reached any more. */
  send(message: object): boolean
  /** Resolves to false when the child did not confirm within `withinMs`; a child that exits has no time to set. */
  setClock(time: ClockReading, withinMs: number): Promise<boolean>
  /** SIGTERM, then SIGKILL after `graceMs`. */
  stop(graceMs: number): Promise<Exit>
  /** SIGKILL. */
  kill(): Promise<Exit>
}

const PRELOAD = new URL('./clock-preload.mjs', import.meta.url)

/** Runs a script with this process's own Node binary, an empty environment and the given clock. */
export function spawnNode(options: SpawnOptions, time: ClockReading): NodeChild {
  const preload = new URL(PRELOAD)
  for (const [name, value] of Object.entries(clockMessage(time))) preload.searchParams.set(name, String(value))

  const child = spawn(process.execPath, ['--import', preload.href, options.entry, ...(options.args ?? [])], {
    cwd: options.cwd,
    env: { PATH: '/usr/local/bin:/usr/bin:/bin', TZ: 'UTC', HOME: options.cwd, ...options.env },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  const output = Promise.all([
    readLines(child.stdout as Readable, options.onStdout),
    readLines(child.stderr as Readable, options.onStderr),
  ])
  const exited = whenExited(child).then(async (exit) => {
    // A grandchild may hold the pipes open; what the child itself wrote is there at once.
    await Promise.race([output, delay(500, undefined, { ref: false })])
    return exit
  })
  const send = (message: object): boolean => {
    if (!child.connected) return false
    child.send(message, () => {})
    return true
  }
  if (options.onMessage) child.on('message', options.onMessage)

  return {
    name: options.name,
    pid: child.pid,
    exited,
    send,
    setClock: (clock, withinMs) => confirmClock(child, exited, send, clock, withinMs),
    stop(graceMs) {
      child.kill('SIGTERM')
      const timer = setTimeout(() => child.kill('SIGKILL'), graceMs)
      return exited.finally(() => clearTimeout(timer))
    },
    kill() {
      child.kill('SIGKILL')
      return exited
    },
  }
}

function whenExited(child: ChildProcess): Promise<Exit> {
  return new Promise((resolve) => {
    child.once('exit', (code, signal) => resolve({ code, signal }))
    // Not started at all (no such file, no memory): there will be no exit event.
    child.once('error', () => child.pid === undefined && resolve({ code: null, signal: null }))
  })
}

/** A reading as `clock-preload.mjs` takes it. */
const clockMessage = ({ frozenAt, offsetMs }: ClockReading): Record<string, number> =>
  frozenAt ? { frozenAt: frozenAt.getTime() } : { offset: offsetMs }

let clockSeq = 0

async function confirmClock(
  child: ChildProcess,
  exited: Promise<Exit>,
  send: (message: object) => boolean,
  time: ClockReading,
  withinMs: number,
): Promise<boolean> {
  const seq = ++clockSeq
  const settled = new AbortController()
  const acknowledged = new Promise<true>((resolve) => {
    const listener = (message: unknown): void => {
      const { type, seq: acked } = (message ?? {}) as { type?: unknown; seq?: unknown }
      if (type === 'clock-ack' && acked === seq) resolve(true)
    }
    child.on('message', listener)
    settled.signal.addEventListener('abort', () => child.off('message', listener))
  })
  try {
    if (!send({ type: 'clock', seq, ...clockMessage(time) })) return true
    const late = delay(withinMs, false as const, { signal: settled.signal }).catch(() => false as const)
    return await Promise.race([acknowledged, exited.then(() => true as const), late])
  } finally {
    settled.abort()
  }
}

/** Hands over each line of a stream, the unfinished last one included; resolves when the stream has ended. */
async function readLines(stream: Readable, onLine: (line: string) => void): Promise<void> {
  const lines = createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY })
  lines.on('line', onLine)
  await new Promise<void>((resolve) => lines.once('close', resolve))
}
