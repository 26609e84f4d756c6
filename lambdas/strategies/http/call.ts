import * as z from 'zod'
import { KeyturnError } from '../../../core/errors.ts'

/** Headers that Keyturn sets itself, or that would change how a message is framed. */
const RESERVED_HEADERS = new Set([
  'authorization',
  'host',
  'content-length',
  'transfer-encoding',
  'connection',
  'cookie',
])

const httpsUrl = z.string().superRefine((text, context) => {
  const url = URL.parse(text.replaceAll(/\{[^{}]*\}/g, 'x'))
  if (url?.protocol !== 'https:') context.addIssue({ code: 'custom', message: 'must be an https:// URL' })
  else if (url.username || url.password) context.addIssue({ code: 'custom', message: 'must hold no user or password' })
})

const headers = z
  .record(z.string().regex(/^[A-Za-z0-9-]+$/), z.string().regex(/^[\x20-\x7e]*$/))
  .superRefine((all, context) => {
    for (const name of Object.keys(all)) {
      if (RESERVED_HEADERS.has(name.toLowerCase())) {
        context.addIssue({ code: 'custom', path: [name], message: 'is set by Keyturn; leave it out' })
      }
    }
  })

const expect = z.array(z.int().min(200).max(599)).min(1)

/**
 * One HTTP call described in stack config. Placeholders in `url` and in texts of `body` are filled in, URL-encoded in
 * the URL; each call says which it has, see {@link withPlaceholders}.
 */
export const httpCall = z.strictObject({
  method: z.enum(['GET', 'POST', 'PUT', 'PATCH', 'DELETE']),
  url: httpsUrl,
  headers: headers.default({}),
  body: z.json().optional(),
  /** Statuses that mean success. */
  expect: expect.default([200]),
})

export type HttpCall = z.infer<typeof httpCall>

export type Placeholder = 'name' | 'id' | 'key'

/**
 * Refuses, before anything runs, a call with a placeholder that nobody fills (it would be sent as it stands, and the
 * provider would answer "not there"), and one that lacks the placeholder without which it means something else.
 */
export const withPlaceholders =
  (allowed: readonly Placeholder[], required: readonly Placeholder[] = []) =>
  (call: Pick<HttpCall, 'url' | 'headers' | 'body'>, context: z.RefinementCtx): void => {
    const hint =
      allowed.length > 0 ? `allowed: ${allowed.map((name) => `{${name}}`).join(', ')}` : 'none is filled here'
    const refuse = (path: string, texts: readonly string[], known: readonly string[]): void => {
      for (const text of texts.flatMap(placeholdersIn)) {
        if (!known.includes(text)) {
          context.addIssue({ code: 'custom', path: [path], message: `holds ${text}, which is no placeholder; ${hint}` })
        }
      }
    }
    const known = allowed.map((name) => `{${name}}`)
    const body = textsIn(call.body)
    refuse('url', [call.url], known)
    if (/[{}]/.test(call.url.replaceAll(PLACEHOLDER, ''))) {
      context.addIssue({ code: 'custom', path: ['url'], message: `holds a brace that begins no placeholder; ${hint}` })
    }
    refuse('body', body.values, known)
    refuse('body', body.names, [])
    refuse('headers', Object.values(call.headers), [])
    for (const name of required) {
      if ([call.url, ...body.values].some((text) => text.includes(`{${name}}`))) continue
      context.addIssue({ code: 'custom', path: ['url'], message: `must hold {${name}}, here or in "body"` })
    }
  }

const PLACEHOLDER = /\{[A-Za-z][\w.-]*\}/g

const placeholdersIn = (text: string): readonly string[] => text.match(PLACEHOLDER) ?? []

/** Every text of a JSON document: those that stand as values, and the names of fields. */
function textsIn(node: unknown): { values: string[]; names: string[] } {
  if (typeof node === 'string') return { values: [node], names: [] }
  if (node === null || typeof node !== 'object') return { values: [], names: [] }
  const parts = Object.values(node).map(textsIn)
  return {
    values: parts.flatMap(({ values }) => values),
    names: [...(Array.isArray(node) ? [] : Object.keys(node)), ...parts.flatMap(({ names }) => names)],
  }
}

/** How a credential is sent. */
export const credential = z.discriminatedUnion('scheme', [
  z.strictObject({ scheme: z.literal('bearer') }),
  z.strictObject({ scheme: z.literal('header'), header: z.string().regex(/^[A-Za-z0-9-]+$/) }),
  /** The call's own `{key}` carries it. */
  z.strictObject({ scheme: z.literal('none') }),
])

export type Credential = z.infer<typeof credential>

/** A call that only a working credential passes, sent with it. */
export const testCall = z
  .strictObject({ ...httpCall.shape, auth: credential.default({ scheme: 'bearer' }) })
  .superRefine(withPlaceholders(['key']))
  .superRefine(({ auth, url, body }, context) => {
    if (auth.scheme !== 'none' || [url, ...textsIn(body).values].some((text) => text.includes('{key}'))) return
    context.addIssue({ code: 'custom', path: ['url'], message: 'must hold {key}, since "auth" sends none' })
  })

/** A JSON Pointer (RFC 6901) into a response. */
export const pointer = z.string().regex(/^(\/[^/]*)+$/, 'must be a JSON Pointer such as /data/id')

/** The value at a JSON Pointer, or undefined where there is none. */
export function at(document: unknown, path: string): unknown {
  return path
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    .reduce<unknown>(
      (node, part) =>
        node !== null && typeof node === 'object' && Object.hasOwn(node, part)
          ? (node as Record<string, unknown>)[part]
          : undefined,
      document,
    )
}

/** The call with its placeholders filled: encoded in the URL, as they are in the body. */
export function fill(
  call: HttpCall,
  values: Readonly<Record<string, string>>,
): { url: string; body: string | undefined } {
  const replace = (text: string, encode: (value: string) => string): string =>
    text.replaceAll(/\{([a-z]+)\}/g, (whole, name: string) => {
      const value = Object.hasOwn(values, name) ? values[name] : undefined
      return value === undefined ? whole : encode(value)
    })
  const fillJson = (node: unknown): unknown => {
    if (typeof node === 'string') return replace(node, String)
    if (Array.isArray(node)) return node.map(fillJson)
    if (node === null || typeof node !== 'object') return node
    return Object.fromEntries(Object.entries(node).map(([name, field]) => [name, fillJson(field)]))
  }
  return {
    url: replace(call.url, pathSafe),
    body: call.body === undefined ? undefined : JSON.stringify(fillJson(call.body)),
  }
}

/** `.` and `..` would climb to another path however they are encoded (WHATWG URL §4.4); no provider has such ids. */
function pathSafe(value: string): string {
  if (value !== '.' && value !== '..') return encodeURIComponent(value)
  throw new KeyturnError(
    'placeholder-unusable',
    'A value to be put into a URL is "." or "..", which is no id. Check the pointers in the stack config.',
  )
}
