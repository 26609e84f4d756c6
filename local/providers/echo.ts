import type { IncomingMessage } from 'node:http'
import { bearer } from './exchange.ts'
import { sha256 } from './key-registry.ts'

/**
 * What the upstream saw, told in the answer's headers: `x-echo-key` is the first 12 hex digits of the key's SHA-256,
 * `x-echo-headers` the received headers as base64url JSON (`[name, value][]`) with that key masked.
 */
export function echoHeaders(request: IncomingMessage): Record<string, string> {
  const key = bearer(request)
  const pairs: [string, string][] = []
  for (let index = 0; index + 1 < request.rawHeaders.length; index += 2) {
    const value = request.rawHeaders[index + 1] ?? ''
    pairs.push([request.rawHeaders[index] ?? '', key === undefined ? value : value.replaceAll(key, '[key]')])
  }
  return {
    'x-echo-headers': Buffer.from(JSON.stringify(pairs)).toString('base64url'),
    ...(key !== undefined && { 'x-echo-key': sha256(key).slice(0, 12) }),
  }
}
