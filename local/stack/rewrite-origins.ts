/** Where the origins of the real providers are found on this machine: `https://api.openai.com` → `https://127.0.0.1:8081/openai`. */
export type OriginMap = Readonly<Record<string, string>>

export interface Rewritten {
  readonly value: unknown
  /** Origins that the map does not know, left as they were. */
  readonly unmapped: readonly string[]
}

const ORIGIN = /https:\/\/[^\s/?#"'<>]+/g

/** Replaces the origin of every https URL in a config value, in texts at any depth, also where a URL has placeholders. */
export function rewriteOrigins(value: unknown, origins: OriginMap): Rewritten {
  const unmapped = new Set<string>()
  const rewrite = (node: unknown): unknown => {
    if (typeof node === 'string') {
      return node.replace(ORIGIN, (origin) => {
        const local = origins[origin.toLowerCase()]
        if (local === undefined) unmapped.add(origin)
        return local ?? origin
      })
    }
    if (Array.isArray(node)) return node.map(rewrite)
    if (typeof node !== 'object' || node === null) return node
    return Object.fromEntries(Object.entries(node).map(([key, field]) => [key, rewrite(field)]))
  }
  return { value: rewrite(value), unmapped: [...unmapped] }
}
