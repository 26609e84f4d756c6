import type { Properties } from './properties.ts'

/**
 * What an apply leaves for the next one: every resource by URN, in the order of registration, as Pulumi's checkpoint
 * has it. Values that the program marked secret stand in it as `[secret]`; `digests` are keyed by `salt` and only tell
 * whether an input changed.
 */
export interface StackState {
  readonly version: 1
  readonly project: string
  readonly stack: string
  readonly salt: string
  readonly resources: Readonly<Record<string, ResourceState>>
  /** Replaced resources that wait for their deletion. */
  readonly pendingDelete: readonly (readonly [string, ResourceState])[]
  readonly outputs: Properties
}

export interface ResourceState {
  readonly type: string
  readonly name: string
  /** False for a component, which exists in the program only. */
  readonly custom: boolean
  readonly parent?: string
  readonly id?: string
  readonly inputs: Properties
  readonly outputs: Properties
  readonly digests: Readonly<Record<string, string>>
  readonly dependencies: readonly string[]
  readonly protect: boolean
  readonly retainOnDelete: boolean
}

/** Resources that `next` no longer has, dependents before what they depend on. */
export function removedResources(
  previous: StackState | undefined,
  next: ReadonlySet<string>,
): [string, ResourceState][] {
  const removed = new Map(Object.entries(previous?.resources ?? {}).filter(([urn]) => !next.has(urn)))
  const ordered = new Map<string, ResourceState>()
  const visit = (urn: string): void => {
    const resource = removed.get(urn)
    if (!resource || ordered.has(urn)) return
    // What hangs on it goes first: whatever names it as a dependency, and its children.
    const above = [...removed].filter(([, { dependencies, parent }]) => dependencies.includes(urn) || parent === urn)
    for (const [other] of above.reverse()) visit(other)
    ordered.set(urn, resource)
  }
  for (const urn of [...removed.keys()].reverse()) visit(urn)
  return [...ordered]
}

/** Custom resources by type, the way an operator counts them. */
export function countByType(state: StackState): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const { type, custom } of Object.values(state.resources)) if (custom) counts[type] = (counts[type] ?? 0) + 1
  return counts
}
