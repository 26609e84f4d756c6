import type { Cloud } from '../cloud/cloud.ts'

/** One line of the proxy's access log. */
interface AccessLine {
  readonly route?: string
  readonly clientVersion?: string
  readonly clientState?: string
  readonly upstreamVersion?: string
  readonly attempts?: number
  readonly status?: number
  readonly addedMs?: number
}

export interface Served {
  /** By `<route> <upstream version>`. */
  readonly upstream: ReadonlyMap<string, number>
  /** By `<client version> (<state>)`. */
  readonly client: ReadonlyMap<string, number>
  /** Requests that were replayed with a sibling key. */
  readonly replayed: number
  /** Milliseconds that the proxy itself added. */
  readonly added: { readonly median: number; readonly p99: number; readonly slowest: number }
}

/** Who served what, from the access logs that the proxy's tasks wrote to CloudWatch. */
export function readServed(cloud: Cloud): Served {
  const upstream = new Map<string, number>()
  const client = new Map<string, number>()
  const added: number[] = []
  let replayed = 0
  for (const line of accessLines(cloud)) {
    if (line.status !== 200 || line.route === undefined) continue
    count(upstream, `${line.route} ${line.upstreamVersion}`)
    count(client, `${line.clientVersion} (${line.clientState})`)
    if ((line.attempts ?? 1) > 1) replayed += 1
    if (line.addedMs !== undefined) added.push(line.addedMs)
  }
  added.sort((one, other) => one - other)
  const at = (share: number): number => added[Math.min(added.length - 1, Math.floor(added.length * share))] ?? 0
  return { upstream, client, replayed, added: { median: at(0.5), p99: at(0.99), slowest: at(1) } }
}

function* accessLines(cloud: Cloud): Generator<AccessLine> {
  for (const group of Object.values(cloud.state.logs.groups)) {
    if (!group.name.includes('proxy')) continue
    for (const { events } of Object.values(group.streams)) {
      for (const { message } of events) {
        const line = parse(message)
        if (line?.message === 'request') yield line
      }
    }
  }
}

function parse(message: string): (AccessLine & { message?: string }) | undefined {
  try {
    return JSON.parse(message)
  } catch {
    return undefined
  }
}

const count = (counts: Map<string, number>, key: string): void => {
  counts.set(key, (counts.get(key) ?? 0) + 1)
}
