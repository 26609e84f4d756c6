import { fileURLToPath } from 'node:url'
import { systemClock } from '../../core/clock.ts'
import { type Child, startChild } from '../process/child.ts'
import { CLIENT_KEY, startSecrets, UPSTREAM_KEY } from './secrets.ts'
import { type Subject, type Surroundings, subjects } from './subjects.ts'

/** One figure of one subject in each round. */
export type Rounds = Readonly<Record<string, readonly number[]>>

export interface ProxyCost {
  /** Milliseconds of CPU per 10,000 small JSON requests. */
  readonly requestCpu: Rounds
  /** Milliseconds of CPU per 10,000 chunks of event streams. */
  readonly chunkCpu: Rounds
  /** Pieces in which 10,000 chunks reached the client: fewer where the way there joined some. */
  readonly pieces: Rounds
  /** Milliseconds to the first chunk, request by request; also `direct`. */
  readonly firstChunk: Rounds
  /** MiB after all of that. */
  readonly rssAfter: Rounds
  /** MiB by which a fresh process grows while 50 readers stall on 50 MiB bodies. */
  readonly rssStalled: Rounds
}

export const REQUESTS = 3_000
export const CONNECTIONS = 32
export const STREAMS = { streams: 50, events: 100, everyMs: 10 } as const
export const FIRST_CHUNKS = 400
export const STALLED = { readers: 50, mebibytes: 50 } as const

/** Measures all subjects side by side, the order turning by one from round to round. */
export async function measureProxies(rounds: number, say: (line: string) => void): Promise<ProxyCost> {
  const cloud = await startSecrets()
  const upstream = startChild(file('upstream.ts'), { BENCH_KEYS: `${CLIENT_KEY},${UPSTREAM_KEY}` })
  const load = startChild(file('load.ts'), { BENCH_CLIENT_KEY: CLIENT_KEY })
  const upstreamUrl = `http://127.0.0.1:${await upstream.ask<number>('port')}`
  const surroundings = { upstreamUrl, cloudUrl: cloud.url }
  const running: Record<string, Subject> = {}
  try {
    for (const [name, start] of Object.entries(subjects)) running[name] = await start(surroundings)

    say('warming up')
    for (const { url } of Object.values(running)) {
      await load.ask('requests', { url, count: REQUESTS, connections: CONNECTIONS })
      await load.ask('streams', { url, ...STREAMS, events: 20 })
    }
    const requestCpu = await eachRound(rounds, running, 'requests', say, async ({ child, url }) => {
      const spent = await cpuOf(child, () => load.ask('requests', { url, count: REQUESTS, connections: CONNECTIONS }))
      return (spent / REQUESTS) * 10_000
    })
    const pieces: Record<string, number[]> = {}
    const chunks = STREAMS.streams * STREAMS.events
    const chunkCpu = await eachRound(rounds, running, 'streams', say, async ({ child, url }, name) => {
      const spent = await cpuOf(child, async () => {
        const arrived = await load.ask<number>('streams', { url, ...STREAMS })
        pieces[name] = [...(pieces[name] ?? []), (arrived / chunks) * 10_000]
      })
      return (spent / chunks) * 10_000
    })
    say('first chunks')
    const urls = Object.entries(running).map(([name, { url }]) => [name, url] as const)
    const targets = Object.fromEntries([['direct', upstreamUrl], ...urls])
    const firstChunk = await load.ask<Rounds>('firstChunks', { targets, rounds: FIRST_CHUNKS })
    const rssAfter: Record<string, number[]> = {}
    for (const [name, { child }] of Object.entries(running)) rssAfter[name] = [(await child.usage()).rssMb]
    for (const { child } of Object.values(running)) await child.stop()

    const rssStalled: Record<string, number[]> = {}
    for (const [name, start] of Object.entries(subjects)) {
      say(`stalled readers: ${name}`)
      rssStalled[name] = [await growthWhileStalled(start, surroundings, upstream, load)]
    }
    return { requestCpu, chunkCpu, pieces, firstChunk, rssAfter, rssStalled }
  } finally {
    for (const child of [load, upstream, ...Object.values(running).map((subject) => subject.child)]) await child.stop()
    await cloud.close()
  }
}

async function eachRound(
  rounds: number,
  running: Readonly<Record<string, Subject>>,
  what: string,
  say: (line: string) => void,
  measure: (subject: Subject, name: string) => Promise<number>,
): Promise<Rounds> {
  const entries = Object.entries(running)
  const found: Record<string, number[]> = Object.fromEntries(entries.map(([name]) => [name, []]))
  for (let round = 0; round < rounds; round += 1) {
    say(`${what}: round ${round + 1} of ${rounds}`)
    for (let turn = 0; turn < entries.length; turn += 1) {
      const [name, subject] = entries[(round + turn) % entries.length] ?? []
      if (name !== undefined && subject) found[name]?.push(await measure(subject, name))
    }
  }
  return found
}

/** What the process spends until shortly after the work: closing connections and writing the log belong to it. */
async function cpuOf(child: Child, work: () => Promise<unknown>): Promise<number> {
  const before = await child.usage()
  await work()
  await systemClock.sleep(100)
  return (await child.usage()).cpuMs - before.cpuMs
}

/** From the idle process to its peak, sampled until the upstream has stopped sending. */
async function growthWhileStalled(
  start: (surroundings: Surroundings) => Promise<Subject>,
  surroundings: Surroundings,
  upstream: Child,
  load: Child,
): Promise<number> {
  const { child, url } = await start(surroundings)
  const target = { url, count: 200, connections: STALLED.readers }
  await load.ask('requests', target)
  const before = (await child.usage()).rssMb
  let peak = before
  await load.ask('stall', { url, ...STALLED })
  const deadline = systemClock.monotonic() + 15_000
  for (let sent = -1, calm = 0; calm < 4 && systemClock.monotonic() < deadline; ) {
    await systemClock.sleep(250)
    const now = await upstream.ask<number>('sent')
    calm = now === sent ? calm + 1 : 0
    sent = now
    peak = Math.max(peak, (await child.usage()).rssMb)
  }
  await load.ask('release')
  await child.stop()
  return peak - before
}

const file = (name: string): string => fileURLToPath(new URL(name, import.meta.url))
