import { CLIENT_KEY_PREFIX } from './client-key.ts'
import { KEY_HEADERS } from './key-places.ts'

const MASK = '[redacted]'

/** Names of fields whose value is a secret whatever it looks like. */
const SECRET_FIELD = new RegExp(
  `^(${KEY_HEADERS.join('|')}|proxy-authorization|cookie|set-cookie|api_?key|password|passphrase|secret_?string|secret_?binary|access_?token|refresh_?token|session_?token|secret_?access_?key|client_?secret|admin_?key)$`,
  'i',
)

/** Shapes that are secrets wherever they stand in a text. */
const SECRET_SHAPES: readonly RegExp[] = [
  /\b(?:Bearer|Basic)\s+[A-Za-z0-9._~+/=-]{8,}/gi,
  /\bsk-[A-Za-z0-9_-]{8,}/g,
  new RegExp(`\\b${CLIENT_KEY_PREFIX}[A-Za-z0-9_-]{8,}`, 'g'),
  /(?<=[?&](?:key|api_key|token|access_token)=)[^&\s"']+/gi,
]

/** Replaces everything in `text` that has the shape of a credential. The last net before a sink, not the first. */
export function redactText(text: string): string {
  return SECRET_SHAPES.reduce((clean, shape) => clean.replace(shape, MASK), text)
}

/** A copy of `value` in which fields named like credentials are masked, at any depth, cycles cut. */
export function redactFields(value: unknown, seen: WeakSet<object> = new WeakSet()): unknown {
  if (value === null || typeof value !== 'object') return value
  if (seen.has(value)) return '[circular]'
  // Before toJSON, which an error may have for its users and which leaves the cause out.
  if (value instanceof Error) return redactError(value, seen.add(value))
  if (typeof (value as { toJSON?: unknown }).toJSON === 'function') {
    return redactFields((value as { toJSON(): unknown }).toJSON(), seen)
  }
  seen.add(value)
  if (Array.isArray(value)) return value.map((item) => redactFields(item, seen))
  return Object.fromEntries(
    Object.entries(value).map(([name, field]) => [name, SECRET_FIELD.test(name) ? MASK : redactFields(field, seen)]),
  )
}

/** Name, code, message and causes; no other own field, since HTTP clients hang whole requests on their errors. */
function redactError(error: Error, seen: WeakSet<object>): Record<string, unknown> {
  const { code, kind } = error as Error & { code?: unknown; kind?: unknown }
  return {
    name: error.name,
    message: error.message,
    ...(typeof code === 'string' && { code }),
    ...(typeof kind === 'string' && { kind }),
    ...(error.stack !== undefined && { stack: error.stack }),
    ...(error.cause !== undefined && { cause: redactFields(error.cause, seen) }),
  }
}
