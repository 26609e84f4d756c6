/**
 * Property trees as a Pulumi program sends them: JSON in which secrets, assets, archives and references to resources
 * are objects with a signature (sdk/go/common/resource/plugin/rpc.go in pulumi/pulumi).
 */
export type Properties = Record<string, unknown>

export const SIGNATURE = '4dabf18193072939515e22adb298388d'
export const SECRET = '1b47061264138c4ac30d75fd1eb44270'
export const ASSET = 'c44067f5952c0a294b673a41bacd8c17'
export const ARCHIVE = '0def7320c3a5731c473e5ecbe6d01bc7'
export const RESOURCE = '5cf8f73096256a8f31e491e813e4eb8e'

/** Stands for a value that a preview cannot know yet. */
export const UNKNOWN = '04da6b54-80e4-46f7-96ec-b56ff0331ba9'

/** What a saved state holds in place of a secret. */
export const ELIDED = '[secret]'

/** The tree with secrets as plain values and references as ids; assets and archives stay as they are. */
export function reveal(value: unknown): unknown {
  return rewrite(value, (node) => {
    if (node[SIGNATURE] === SECRET) return { replaceBy: reveal(node.value) }
    if (node[SIGNATURE] === RESOURCE) return { replaceBy: node.id ?? node.urn }
    return undefined
  })
}

/** The tree with {@link ELIDED} in place of every secret. */
export function elideSecrets(value: unknown): unknown {
  return rewrite(value, (node) => (node[SIGNATURE] === SECRET ? { replaceBy: ELIDED } : undefined))
}

/** Whether a secret stands anywhere in the tree. */
export function holdsSecret(value: unknown): boolean {
  return some(value, (node) => isObject(node) && node[SIGNATURE] === SECRET)
}

/** Whether a value that only a real update can know stands anywhere in the tree. */
export function holdsUnknown(value: unknown): boolean {
  return some(value, (node) => node === UNKNOWN)
}

export const markSecret = (value: unknown): Properties => ({ [SIGNATURE]: SECRET, value })

/** A copy without undefined fields, which the wire format cannot carry. */
export function dropUndefined(value: unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => dropUndefined(item) ?? null)
  if (!isObject(value)) return value
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, field]) => field !== undefined)
      .map(([name, field]) => [name, dropUndefined(field)]),
  )
}

export function isObject(value: unknown): value is Properties {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function rewrite(value: unknown, replace: (node: Properties) => { replaceBy: unknown } | undefined): unknown {
  if (Array.isArray(value)) return value.map((item) => rewrite(item, replace))
  if (!isObject(value)) return value
  const replaced = replace(value)
  if (replaced) return replaced.replaceBy
  return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, rewrite(field, replace)]))
}

function some(value: unknown, test: (node: unknown) => boolean): boolean {
  if (test(value)) return true
  if (Array.isArray(value)) return value.some((item) => some(item, test))
  return isObject(value) && Object.values(value).some((field) => some(field, test))
}
