import type { PlannedSecret, Span } from './rotations.ts'

export interface Busy extends Span {
  /** Secrets whose windows are all open. */
  readonly secrets: readonly string[]
}

const SHOWN = 3

/** The spans in which most windows are open at once, two or more: the most that could rotate at one moment. */
export function busiest(secrets: readonly PlannedSecret[]): readonly Busy[] {
  const windows = secrets.flatMap(({ settings, rotations }) =>
    rotations.map(({ window }) => ({ name: settings.name, from: window.from.getTime(), to: window.to.getTime() })),
  )
  const steps = new Map<number, number>()
  for (const { from, to } of windows) {
    steps.set(from, (steps.get(from) ?? 0) + 1)
    steps.set(to, (steps.get(to) ?? 0) - 1)
  }
  const moments = [...steps].sort(([one], [other]) => one - other)
  let open = 0
  const spans = moments.map(([from, step], index) => {
    open += step
    return { from, to: moments[index + 1]?.[0] ?? from, open }
  })
  return spans
    .filter(({ open }) => open > 1)
    .sort((one, other) => other.open - one.open || one.from - other.from)
    .slice(0, SHOWN)
    .map(({ from, to }) => ({
      from: new Date(from),
      to: new Date(to),
      secrets: windows.filter((window) => window.from <= from && window.to >= to).map(({ name }) => name),
    }))
}
