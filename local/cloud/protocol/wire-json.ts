/** JSON as AWS writes it: timestamps as epoch seconds, blobs as base64. */
export const toWireJson = (value: unknown): string => JSON.stringify(toWire(value))

function toWire(value: unknown): unknown {
  if (value instanceof Date) return value.getTime() / 1_000
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64')
  if (Array.isArray(value)) return value.map(toWire)
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, toWire(member)]))
}
