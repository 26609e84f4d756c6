/** The middle value, or the mean of the two middle ones. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other)
  const [low = Number.NaN, high = low] = [
    sorted[Math.ceil(sorted.length / 2) - 1],
    sorted[Math.floor(sorted.length / 2)],
  ]
  return (low + high) / 2
}

/**
 * Ours against a peer's, round by round: two measurements of one round met the same weather, so their ratio says more
 * than the ratio of two medians.
 */
export function pairedRatio(ours: readonly number[], peers: readonly number[]): Ratio {
  const ratios = ours.map((value, round) => value / (peers[round] ?? Number.NaN))
  return { median: median(ratios), low: Math.min(...ratios), high: Math.max(...ratios) }
}

/** What a piece of work took. */
export interface Spent {
  readonly wallMs: number
  readonly cpuMs: number
}

export interface Ratio {
  readonly median: number
  readonly low: number
  readonly high: number
}

/** `1.42 (1.38–1.55)`: the median and the extremes over the rounds. */
export function showRatio({ median: middle, low, high }: Ratio): string {
  return low === high ? middle.toFixed(2) : `${middle.toFixed(2)} (${low.toFixed(2)}–${high.toFixed(2)})`
}
