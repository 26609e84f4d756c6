import { readFile } from 'node:fs/promises'
import { buffer } from 'node:stream/consumers'
import { KeyturnError } from '../core/errors.ts'
import { SecretString } from '../core/secret-string.ts'

/** What Secrets Manager takes at most. */
const MAX_BYTES = 65_536

/**
 * The value that `--value-from` names: a file's content, or standard input for `-`. A trailing line break is the
 * editor's and not the secret's.
 * @throws KeyturnError `value-unreadable`, `value-too-long` (needs-human)
 */
export async function readValue(from: string): Promise<SecretString> {
  const text = decode(await read(from), from).replace(/\r?\n$/, '')
  if (text === '') throw unreadable(from, 'there is nothing in it. Give the value on its own, with no quotes')
  const bytes = Buffer.byteLength(text)
  if (bytes > MAX_BYTES) {
    throw new KeyturnError(
      'value-too-long',
      `--value-from ${from}: the value has ${bytes} bytes. Allowed: at most ${MAX_BYTES}, which is what Secrets Manager stores.`,
    )
  }
  return new SecretString(text)
}

async function read(from: string): Promise<Uint8Array> {
  if (from === '-') return buffer(process.stdin)
  try {
    return await readFile(from)
  } catch (cause) {
    throw unreadable(from, 'the file cannot be read. Give a readable file, or - for standard input', cause)
  }
}

/** Strictly: a byte that is silently replaced would make another secret of it. */
function decode(bytes: Uint8Array, from: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw unreadable(from, 'it is not UTF-8 text. Keyturn rotates text; encode other values, for example in base64')
  }
}

const unreadable = (from: string, why: string, cause?: unknown): Error =>
  new KeyturnError('value-unreadable', `--value-from ${from}: ${why}.`, cause)
