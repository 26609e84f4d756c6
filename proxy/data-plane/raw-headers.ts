/** Headers as they came: names and values in turn, in their order and case, duplicates kept. */
export function forEachHeader(
  raw: readonly string[],
  visit: (lowerName: string, value: string, name: string) => void,
): void {
  for (let index = 0; index + 1 < raw.length; index += 2) {
    const name = raw[index] ?? ''
    visit(name.toLowerCase(), raw[index + 1] ?? '', name)
  }
}

/** The last value of a header, by its lower-case name. */
export function headerValue(raw: readonly string[], lowerName: string): string | undefined {
  let found: string | undefined
  forEachHeader(raw, (lower, value) => {
    if (lower === lowerName) found = value
  })
  return found
}

/** Fields that the sender says are for this hop only (RFC 9110 §7.6.1), in lower case. */
export function namedInConnection(raw: readonly string[]): ReadonlySet<string> {
  const names = new Set<string>()
  forEachHeader(raw, (lower, value) => {
    if (lower !== 'connection') return
    for (const token of value.split(',')) names.add(token.trim().toLowerCase())
  })
  return names
}
