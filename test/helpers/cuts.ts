import type { RotationRig } from './rotation-rig.ts'

/** A call at which a function is cut off: the n-th of its kind within a run. */
interface Call {
  readonly service: string
  readonly operation: string
  readonly nth: number
}

/** One way to cut a run off at one call. */
interface Cut {
  /** To be added to the cloud's faults. */
  readonly fault: Parameters<RotationRig['cloud']['faults']['add']>[0]
  /** For the message of an assertion: `kill after PutSecretValue #0`. */
  readonly where: string
}

/** Every place at which a function can be cut off, and the four ways to do it there. */
export function cutsOf(rig: () => RotationRig) {
  let points = 0
  return {
    /** How many calls a run has been cut off at so far. */
    points: () => points,
    /** Every call that a run makes, to AWS and to the target. */
    async callsOf(run: () => Promise<unknown>): Promise<readonly Call[]> {
      const since = rig().cloud.journal.last
      await run()
      const counts = new Map<string, number>()
      return rig()
        .calls(since)
        .map(({ source, service, operation }) => {
          const nth = counts.get(operation) ?? 0
          counts.set(operation, nth + 1)
          return { service: source === 'target' ? 'upstream' : service, operation, nth }
        })
    },
    /** Before and after each call, by a killed function and by a lost connection. */
    *at(calls: readonly Call[]): Generator<Cut> {
      for (const { service, operation, nth } of calls) {
        points += 1
        for (const kind of ['kill', 'drop'] as const) {
          for (const when of ['before', 'after'] as const) {
            const role = service === 'secretsmanager' && { role: 'rotation-under-test' }
            const fault = { service, operation, skip: nth, effect: { kind, when }, ...role }
            yield { fault, where: `${kind} ${when} ${operation} #${nth}` }
          }
        }
      }
    },
  }
}
