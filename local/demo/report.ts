import { pairs } from '../../cli/output/table.ts'
import { PLAIN } from '../../cli/output/terminal.ts'
import type { Played } from './scenario.ts'
import type { Served } from './served.ts'
import type { Traffic } from './traffic.ts'

/** What the demo must reach to say that it showed what it claims. */
export const AT_LEAST = { requests: 1_000, streams: 200, rotations: 10 } as const

/** Everything that went wrong, in words; empty when the demo succeeded. */
export function problems({ rotations, checks }: Played, traffic: Traffic): string[] {
  const short = (what: keyof typeof AT_LEAST, got: number): string[] =>
    got >= AT_LEAST[what] ? [] : [`only ${got} ${what}; ${AT_LEAST[what]} or more are needed`]
  return [
    ...traffic.failures
      .slice(0, 20)
      .map(({ at, what, consumer, reason }) => `${at} ${what} (${consumer} consumer): ${reason}`),
    ...(traffic.failures.length > 20 ? [`… and ${traffic.failures.length - 20} more failed requests`] : []),
    ...checks.filter(({ passed }) => !passed).map(({ claim, seen }) => `${claim}: ${seen}`),
    ...short('requests', traffic.requests),
    ...short('streams', traffic.streams),
    ...short('rotations', rotations),
  ]
}

export function report(played: Played, traffic: Traffic, served: Served): string {
  const { added } = served
  const rows: (readonly [string, string])[] = [
    ['requests', String(traffic.requests)],
    ['  streams, through the openai client', String(traffic.streams)],
    ['  plain HTTP', String(traffic.plain)],
    ['failed requests', String(traffic.failures.length)],
    ['rotations', String(played.rotations)],
    ['replayed with a sibling key', String(served.replayed)],
    [
      'added by the proxy: median / p99 / slowest',
      [added.median, added.p99, added.slowest].map((ms) => `${ms.toFixed(2)} ms`).join(' / '),
    ],
    ['upstream key versions that served', String(served.upstream.size)],
    ...[...served.upstream].map(([version, count]) => [`  ${version}`, String(count)] as const),
    ['client key versions that were accepted', String(served.client.size)],
    ...[...served.client].map(([version, count]) => [`  ${version}`, String(count)] as const),
    ['checks passed', `${played.checks.filter(({ passed }) => passed).length} of ${played.checks.length}`],
    ...played.checks.map(({ claim, passed, seen }) => [`  ${passed ? '✓' : '✗'} ${claim}`, seen] as const),
  ]
  return pairs(rows, PLAIN)
}
