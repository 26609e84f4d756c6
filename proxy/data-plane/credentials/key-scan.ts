import { CLIENT_KEY, CLIENT_KEY_LENGTH, CLIENT_KEY_PREFIX } from '../../../core/client-key.ts'
import { decodePercent } from '../decode-percent.ts'

const CLIENT_KEY_ANY_CASE = new RegExp(CLIENT_KEY.source, 'i')

/** Percent-encodings of one text that are seen through; a text with more is taken for one that hides a key. */
const PERCENT_LAYERS = 5
const BASE64_LAYERS = 2

/** Tells whether a text holds a key, as it is, percent-encoded or in base64, alone or among other text. */
export interface KeyScan {
  holds(text: string): boolean
  /** The same of a field's name, whose case may have been changed on the way. */
  holdsInName(name: string): boolean
}

/** Looks for every text of a client key's shape, and for `presented` as well if it is of another one. */
export function scanForClientKeys(presented = ''): KeyScan {
  const shaped = presented.length === CLIENT_KEY_LENGTH && CLIENT_KEY.test(presented)
  return shaped || presented === '' ? CLIENT_KEYS : scan(presented, true)
}

/** Looks for one key alone; a very short one would be found in texts that have nothing to do with it. */
export const scanForKey = (key: string): KeyScan => (key.length < SHORTEST_SOUGHT ? NOTHING : scan(key, false))

export const SHORTEST_SOUGHT = 8

const CLIENT_KEYS = scan('', true)
const NOTHING: KeyScan = { holds: () => false, holdsInName: () => false }

type Match = (text: string) => boolean

function scan(key: string, shape: boolean): KeyScan {
  const lower = key.toLowerCase()
  const shortest = key === '' ? CLIENT_KEY_LENGTH : shape ? Math.min(key.length, CLIENT_KEY_LENGTH) : key.length
  const matches: Match = (text) =>
    (shape && text.includes(CLIENT_KEY_PREFIX) && CLIENT_KEY.test(text)) || (key !== '' && text.includes(key))
  const matchesAnyCase: Match = (text) =>
    (shape && CLIENT_KEY_ANY_CASE.test(text)) || (key !== '' && text.toLowerCase().includes(lower))
  return {
    holds: (text) => seek(text, matches, shortest, BASE64_LAYERS),
    holdsInName: (name) => seek(name, matchesAnyCase, shortest, BASE64_LAYERS),
  }
}

function seek(text: string, matches: Match, shortest: number, layers: number): boolean {
  if (text.length < shortest) return false
  for (let decoded = text, decodings = 0; ; decodings += 1) {
    if (matches(decoded) || seekBase64(decoded, matches, shortest, layers)) return true
    if (!decoded.includes('%')) return false
    const next = decodePercent(decoded)
    if (next === decoded) return false
    if (decodings === PERCENT_LAYERS) return true
    decoded = next
  }
}

/** Both alphabets; a run may begin with up to three characters that are not of the encoded text. */
function seekBase64(text: string, matches: Match, shortest: number, layers: number): boolean {
  if (layers === 0) return false
  const length = Math.ceil((shortest * 4) / 3)
  for (let start = 0; start + length <= text.length; ) {
    let end = start
    while (end < text.length && BASE64[text.charCodeAt(end)] === 1) end += 1
    for (let offset = 0; offset < 4 && end - start - offset >= length; offset += 1) {
      const bytes = Buffer.from(text.slice(start + offset, end), 'base64')
      if (seek(bytes.toString('latin1'), matches, shortest, layers - 1)) return true
    }
    start = end + 1
  }
  return false
}

const BASE64 = new Uint8Array(256)
for (const char of 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_') BASE64[char.charCodeAt(0)] = 1
