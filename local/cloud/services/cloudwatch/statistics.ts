import type { PointRecord } from './state.ts'

export const STATISTICS = ['SampleCount', 'Average', 'Sum', 'Minimum', 'Maximum'] as const
export type Statistic = (typeof STATISTICS)[number]

export interface Period {
  /** Milliseconds since 1970; a multiple of the period. */
  readonly start: number
  readonly unit: string
  readonly values: Readonly<Record<Statistic, number>>
}

/** Points between two moments (the end excluded), one summary a period, oldest first. All in milliseconds. */
export function summarise(points: readonly PointRecord[], from: number, to: number, periodMs: number): Period[] {
  const inside = points.filter(({ at }) => at >= from && at < to)
  const periods = Map.groupBy(inside, ({ at }) => Math.floor(at / periodMs) * periodMs)
  return [...periods].sort(([one], [other]) => one - other).map(([start, members]) => summary(start, members))
}

function summary(start: number, points: readonly PointRecord[]): Period {
  const total = (member: 'sum' | 'count'): number => points.reduce((all, point) => all + point[member], 0)
  const Sum = total('sum')
  const SampleCount = total('count')
  return {
    start,
    unit: points[0]?.unit ?? 'None',
    values: {
      SampleCount,
      Sum,
      Average: Sum / SampleCount,
      Minimum: Math.min(...points.map(({ min }) => min)),
      Maximum: Math.max(...points.map(({ max }) => max)),
    },
  }
}
