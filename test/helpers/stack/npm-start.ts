import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { until } from './operate.ts'

/** `npm start` as a terminal runs it: a process group of its own, and a temp folder to look into afterwards. */
export interface Started {
  readonly pid: number
  /** Its temporary directory. */
  readonly temp: string
  readonly output: () => string
  /** Waits until it says so, or fails with what it said. */
  says(text: string): Promise<void>
  readonly exited: Promise<{ code: number | null; signal: NodeJS.Signals | null }>
  /** Every process that it has started and that still runs. */
  children(): readonly number[]
  /** What it left in its temp folder. */
  leftBehind(): Promise<readonly string[]>
  cleanUp(): Promise<void>
}

const START = new URL('../../../local/run/main.ts', import.meta.url).pathname

/** @param earlier a start in whose temporary directory this one runs too */
export async function npmStart(args: readonly string[], earlier?: Started): Promise<Started> {
  const temp = earlier?.temp ?? (await mkdtemp(join(tmpdir(), 'keyturn-start-')))
  const child: ChildProcess = spawn(process.execPath, [START, ...args], {
    detached: true,
    env: { PATH: process.env.PATH, HOME: temp, TMPDIR: temp },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const pid = child.pid ?? Number.NaN
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      output += text
    })
  }
  const exited = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve) => {
    child.once('close', (code, signal) => resolve({ code, signal }))
  })
  return {
    pid,
    temp,
    output: () => output,
    says: async (text) =>
      void (await until(
        text,
        () => output,
        (said) => said.includes(text),
        60_000,
      )),
    exited,
    children: () => descendants(pid),
    leftBehind: () => readdir(temp),
    cleanUp: async () => {
      if (child.exitCode === null && child.signalCode === null) process.kill(-pid, 'SIGKILL')
      await exited
      await rm(temp, { recursive: true, force: true })
    },
  }
}

/** False for a process that has ended, also where nobody has collected it yet. */
export const isRunning = (pid: number): boolean => processes().some((each) => each.pid === pid)

function descendants(root: number): number[] {
  const all = processes()
  const below = (parent: number): number[] =>
    all.filter(({ ppid }) => ppid === parent).flatMap(({ pid }) => [pid, ...below(pid)])
  return below(root)
}

interface ProcessRow {
  readonly pid: number
  readonly ppid: number
}

/** Every process but zombies: from /proc where there is one, since small images come without ps. */
function processes(): readonly ProcessRow[] {
  const rows = existsSync('/proc/self/stat')
    ? readdirSync('/proc')
        .filter((name) => /^\d+$/.test(name))
        .flatMap(readStat)
    : execFileSync('ps', ['-A', '-o', 'pid=,stat=,ppid='], { encoding: 'utf8' }).trim().split('\n')
  return rows.flatMap((row) => {
    const [pid, state = '', ppid] = row.trim().split(/\s+/)
    return state.startsWith('Z') ? [] : [{ pid: Number(pid), ppid: Number(ppid) }]
  })
}

/** `pid state ppid` of a process, or nothing when it has ended meanwhile. */
function readStat(pid: string): string[] {
  try {
    // The name in between may hold spaces and parentheses of its own.
    const [state, ppid] = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ')
    return [`${pid} ${state} ${ppid}`]
  } catch {
    return []
  }
}

/** Ports that nothing listens on, for what must come back on the same ones. */
export async function freePorts(count: number): Promise<readonly number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer()
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
      return server
    }),
  )
  const ports = servers.map((server) => (server.address() as AddressInfo).port)
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))))
  return ports
}
