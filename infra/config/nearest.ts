/** The word that a person most likely meant: at most two slips away, and fewer than half of its letters. */
export function nearest(wanted: string, known: readonly string[]): string | undefined {
  const near = known
    .map((word) => ({ word, slips: slips(wanted.toLowerCase(), word.toLowerCase()) }))
    .filter(({ word, slips }) => slips <= 2 && slips * 2 < word.length)
  return near.sort((one, other) => one.slips - other.slips)[0]?.word
}

/** ` Did you mean "owner"?`, or nothing. */
export function didYouMean(wanted: unknown, known: readonly string[]): string {
  const meant = typeof wanted === 'string' && wanted.length < 100 ? nearest(wanted, known) : undefined
  return meant === undefined ? '' : ` Did you mean "${meant}"?`
}

/** Letters to add, leave out, change or swap with their neighbour (optimal string alignment). */
function slips(from: string, to: string): number {
  let before: number[] = []
  let last = Array.from({ length: to.length + 1 }, (_, index) => index)
  for (let row = 1; row <= from.length; row++) {
    const current = [row]
    for (let column = 1; column <= to.length; column++) {
      const same = from[row - 1] === to[column - 1]
      const swapped = row > 1 && column > 1 && from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1]
      current[column] = Math.min(
        (last[column] ?? 0) + 1,
        (current[column - 1] ?? 0) + 1,
        (last[column - 1] ?? 0) + (same ? 0 : 1),
        swapped ? (before[column - 2] ?? 0) + 1 : Number.POSITIVE_INFINITY,
      )
    }
    before = last
    last = current
  }
  return last[to.length] ?? 0
}
