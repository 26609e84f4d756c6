import type { Registration } from './registration.ts'
import type { ResourceHandler } from './resource.ts'
import type { ResourceState } from './state.ts'

export type Plan =
  | { readonly action: 'create' | 'unchanged' }
  /** `changed` names the inputs that differ. */
  | { readonly action: 'update' | 'replace'; readonly changed: readonly string[] }

/** What has to happen to one resource, read from what it was and what the program now asks for. */
export function planResource(
  previous: ResourceState | undefined,
  { ignoreChanges, inputs }: Pick<Registration, 'ignoreChanges' | 'inputs'>,
  digests: Readonly<Record<string, string>>,
  { replaceOn }: Pick<ResourceHandler, 'replaceOn'>,
): Plan {
  if (previous?.id === undefined) return { action: 'create' }
  const changed = [...new Set([...Object.keys(previous.digests), ...Object.keys(digests)])]
    .filter((name) => previous.digests[name] !== digests[name] && !ignoreChanges.includes(name))
    .sort()
  if (changed.length === 0) return { action: 'unchanged' }
  const replacing = typeof replaceOn === 'function' ? replaceOn(inputs) : replaceOn
  const replace = replacing === 'any' || changed.some((name) => replacing.includes(name))
  return { action: replace ? 'replace' : 'update', changed }
}
