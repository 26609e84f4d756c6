/** What happens to a call that a fault catches. `before` and `after` mean before or after its effect. */
export type FaultEffect =
  | { readonly kind: 'error'; readonly code: string; readonly status?: number; readonly message?: string }
  | { readonly kind: 'throttle' }
  | { readonly kind: 'delay'; readonly ms: number }
  /** The connection is reset; the caller learns nothing about the outcome. */
  | { readonly kind: 'drop'; readonly when: 'before' | 'after' }
  /** The calling Lambda invocation dies at once, and the response is never sent. */
  | { readonly kind: 'kill'; readonly when: 'before' | 'after' }

export interface Fault {
  /** Signing name (`secretsmanager`, `kms`, …), or `upstream`. */
  readonly service: string
  /** Operation name, or `*`. */
  readonly operation: string
  /** Only calls made under this role. */
  readonly role?: string
  /** Matching calls that pass unharmed first. */
  readonly skip?: number
  /** How many calls are caught before the fault is used up; 1 unless given. */
  readonly times?: number
  readonly effect: FaultEffect
}

export interface ActiveFault extends Fault {
  readonly id: string
  /** Calls it has caught so far. */
  readonly taken: number
}

export interface Faults {
  /** Returns the fault's id. */
  add(fault: Fault): string
  remove(id: string): boolean
  clear(): void
  list(): readonly ActiveFault[]
  /** The effect that this call must suffer, if any; counts the fault's `skip` and `times` down. */
  take(service: string, operation: string, role: string | undefined): FaultEffect | undefined
}

export function createFaults(): Faults {
  const active = new Map<string, { fault: Fault; skipped: number; taken: number }>()
  let next = 1

  return {
    add(fault) {
      const id = `fault-${next++}`
      active.set(id, { fault, skipped: 0, taken: 0 })
      return id
    },
    remove: (id) => active.delete(id),
    clear: () => active.clear(),
    list: () => [...active].map(([id, { fault, taken }]) => ({ ...fault, id, taken })),
    take(service, operation, role) {
      for (const entry of active.values()) {
        const { fault } = entry
        if (!matches(fault, service, operation, role) || entry.taken >= (fault.times ?? 1)) continue
        if (entry.skipped < (fault.skip ?? 0)) {
          entry.skipped += 1
          continue
        }
        entry.taken += 1
        return fault.effect
      }
      return undefined
    },
  }
}

function matches(fault: Fault, service: string, operation: string, role: string | undefined): boolean {
  return (
    fault.service === service &&
    (fault.operation === '*' || fault.operation === operation) &&
    (fault.role === undefined || fault.role === role)
  )
}
