/**
 * Lines work up so that at most `width` pieces of it are under way at once: each piece is told what must be done before
 * it, which is the last one of its lane.
 */
export function lanes<Work>(width: number): (start: (before: readonly Work[]) => Work) => Work {
  const last: Work[] = []
  let count = 0
  return (start) => {
    const lane = count++ % width
    const before = last[lane]
    const work = start(before === undefined ? [] : [before])
    last[lane] = work
    return work
  }
}
