import { median, pairedRatio, showRatio } from '../report/statistics.ts'
import type { ProxyCost, Rounds } from './measure.ts'
import { OURS, PEERS, subjects } from './subjects.ts'

export const proxyHead: readonly string[] = ['', ...Object.keys(subjects), ...PEERS.map((peer) => `keyturn ÷ ${peer}`)]

/** One row a figure: each subject's median, then ours against each peer's, round by round. */
export function proxyRows(cost: ProxyCost): string[][] {
  return [
    row('CPU ms per 10k JSON requests', cost.requestCpu, 0),
    row('CPU ms per 10k SSE chunks', cost.chunkCpu, 0),
    row('  pieces at the client', cost.pieces, 0),
    row('first chunk, added p50 ms', addedAtMedian(cost.firstChunk), 2),
    row('RSS after the load, MiB', cost.rssAfter, 0),
    row('RSS growth, 50 stalled readers, MiB', cost.rssStalled, 0),
  ]
}

function row(name: string, rounds: Rounds, digits: number): string[] {
  const ours = rounds[OURS] ?? []
  return [
    name,
    ...Object.keys(subjects).map((subject) => median(rounds[subject] ?? []).toFixed(digits)),
    ...PEERS.map((peer) => showRatio(pairedRatio(ours, rounds[peer] ?? []))),
  ]
}

/** What a subject's median lies above the median of asking the upstream directly. */
function addedAtMedian({ direct = [], ...others }: Rounds): Rounds {
  return Object.fromEntries(Object.entries(others).map(([name, times]) => [name, [median(times) - median(direct)]]))
}
