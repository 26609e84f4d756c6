import { SECOND } from '../../../core/clock.ts'
import { KeyturnError } from '../../../core/errors.ts'
import type { SecretString } from '../../../core/secret-string.ts'
import { type Credential, fill, type HttpCall } from './call.ts'

/** Total time of one request, its body included (B18). */
const REQUEST_LIMIT_MS = 10 * SECOND
const BODY_LIMIT_BYTES = 4 * 1024 * 1024

export interface Reply {
  status: number
  /** Parsed when it is JSON, else undefined. Never logged. */
  body: unknown
  /** Milliseconds that `Retry-After` asks for, when it does. */
  retryAfterMs: number | undefined
}

export interface SendOptions {
  call: HttpCall
  auth: Credential
  secret: SecretString
  values?: Readonly<Record<string, string>>
  signal: AbortSignal
}

/**
 * Sends one described call. TLS is verified; a redirect is not followed and shows as its own status.
 * @throws KeyturnError `target-unreachable` (retryable) when no complete answer came back
 */
export async function send({ call, auth, secret, values = {}, signal }: SendOptions): Promise<Reply> {
  const { url, body } = fill(call, values)
  const limit = AbortSignal.any([signal, AbortSignal.timeout(REQUEST_LIMIT_MS)])
  try {
    const response = await fetch(url, {
      method: call.method,
      headers: {
        accept: 'application/json',
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...call.headers,
        ...authHeader(auth, secret),
      },
      redirect: 'manual',
      signal: limit,
      ...(body !== undefined && { body }),
    })
    return {
      status: response.status,
      body: parse(await readBounded(response)),
      retryAfterMs: retryAfter(response.headers.get('retry-after')),
    }
  } catch (cause) {
    // The cause may quote the request, which carries the credential: only its code goes on.
    throw new KeyturnError(
      'target-unreachable',
      `No complete answer from ${new URL(call.url.replaceAll(/[{}]/g, '')).host} within ${REQUEST_LIMIT_MS / SECOND} s ` +
        `(${reason(cause)}). Check that the function's network reaches it; unless it is tried again by itself, try again.`,
    )
  }
}

function authHeader(auth: Credential, secret: SecretString): Record<string, string> {
  switch (auth.scheme) {
    case 'bearer':
      return { authorization: `Bearer ${secret.reveal()}` }
    case 'header':
      return { [auth.header]: secret.reveal() }
    case 'none':
      return {}
  }
}

async function readBounded(response: Response): Promise<string> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of response.body ?? []) {
    size += chunk.length
    if (size > BODY_LIMIT_BYTES) throw new Error('body over the limit')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** `Retry-After` in its seconds form (RFC 9110 §10.2.3); providers of keys do not send the date form. */
function retryAfter(header: string | null): number | undefined {
  return header !== null && /^\d{1,5}$/.test(header) ? Number(header) * SECOND : undefined
}

function reason(cause: unknown): string {
  const inner = cause instanceof Error && cause.cause instanceof Error ? cause.cause : cause
  const { code, name } = inner as { code?: unknown; name?: unknown }
  return typeof code === 'string' ? code : typeof name === 'string' ? name : 'unknown'
}
