import { KeyturnError } from '../../core/errors.ts'

/** A field of every value of a map, by key. */
export function pick<Value, Field>(
  map: ReadonlyMap<string, Value>,
  field: (value: Value) => Field,
): Readonly<Record<string, Field>> {
  return Object.fromEntries([...map].map(([key, value]) => [key, field(value)]))
}

/**
 * The value of a key that a check has shown to be there.
 * @throws KeyturnError `reference-unchecked` (terminal) when the check and the map disagree
 */
export function present<Key, Value>(map: ReadonlyMap<Key, Value>, key: Key): Value {
  const value = map.get(key)
  if (value !== undefined) return value
  throw new KeyturnError(
    'reference-unchecked',
    `"${String(key)}" is not in the inventory. Read the config with readStackConfig, which checks it.`,
  )
}
