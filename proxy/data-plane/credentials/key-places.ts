import { KEY_HEADERS, KEY_PARAMETER } from '../../../core/key-places.ts'
import { forEachHeader } from '../raw-headers.ts'
import { scanForClientKeys } from './key-scan.ts'

const HEADER_NAMES: ReadonlySet<string> = new Set(KEY_HEADERS)
const COOKIE_NAMES: ReadonlySet<string> = new Set([...KEY_HEADERS, KEY_PARAMETER])

/** The places of a key, for a caller to read. */
export const PLACES = `"Authorization: Bearer", ${KEY_HEADERS.filter((name) => name !== 'authorization').join(', ')} or ?${KEY_PARAMETER}=`

/**
 * Every distinct credential that a request presents, from all {@link PLACES}. More than one means that the request could
 * be read as two callers.
 * @param rawHeaders names and values in turn
 */
export function findCredentials(rawHeaders: readonly string[], query: string | undefined): string[] {
  const found = new Set<string>()
  forEachHeader(rawHeaders, (name, value) => {
    if (!HEADER_NAMES.has(name)) return
    const text = name === 'authorization' ? value.replace(/^bearer(?:[ \t]+|$)/i, '') : value
    if (text.trim() !== '') found.add(text.trim())
  })
  for (const { name, value } of parameters(query)) {
    if (name === KEY_PARAMETER && value !== '') found.add(value)
  }
  return [...found]
}

/** True for a header that carries a key whatever its value, also when spelt with underscores as CGI servers read it. */
export const isKeyHeader = (lowerName: string): boolean => HEADER_NAMES.has(lowerName.replaceAll('_', '-'))

/** The query without `key` and without any parameter that holds a client key; all else byte for byte. */
export function stripQuery(query: string | undefined, credential: string): string | undefined {
  if (query === undefined) return undefined
  const keys = scanForClientKeys(credential)
  const kept = parameters(query).filter(({ raw, name }) => name !== KEY_PARAMETER && !keys.holds(raw))
  return kept.length === 0 ? undefined : kept.map(({ raw }) => raw).join('&')
}

/** The cookie header without cookies named like a key header or holding a client key; undefined when none is left. */
export function stripCookies(cookies: string, credential: string): string | undefined {
  const keys = scanForClientKeys(credential)
  const kept = cookies.split(';').filter((pair) => {
    const [name] = splitOnce(pair.trim(), '=')
    return !COOKIE_NAMES.has(name.toLowerCase().replaceAll('_', '-')) && !keys.holds(pair)
  })
  const text = kept.join(';').trim()
  return text === '' ? undefined : text
}

function parameters(query: string | undefined): { raw: string; name: string; value: string }[] {
  if (query === undefined) return []
  return query.split('&').map((raw) => {
    const [name, value] = splitOnce(raw, '=')
    return { raw, name: decode(name.replaceAll('+', ' ')), value: decode(value.replaceAll('+', ' ')) }
  })
}

function splitOnce(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator)
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)]
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
