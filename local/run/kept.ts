import { chmod, mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { terminal } from '../../core/errors.ts'
import type { StackState } from '../apply/state.ts'
import type { RegistrySnapshot } from '../upstream/key-registry.ts'

/** What `--data` keeps beside the cloud's own state. */
export interface Kept {
  /** What the last apply left. */
  readonly stack?: StackState | undefined
  /** Keys at the local upstream, as digests. */
  readonly upstream?: RegistrySnapshot | undefined
  /** Throwaway values of supplied secrets. */
  readonly values?: Readonly<Record<string, string>> | undefined
}

const FILE = 'stack.json'

/** @throws KeyturnError `data-dir-corrupt` (terminal) */
export async function readKept(folder: string | undefined): Promise<Kept> {
  if (folder === undefined) return {}
  const file = join(folder, FILE)
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
  if (text === undefined) return {}
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw terminal(
      'data-dir-corrupt',
      `${file} is not JSON, and is left as it is. Move it away, or give --data another folder.`,
      cause,
    )
  }
}

/** Whole or not at all: written beside, then renamed. */
export async function keep(folder: string | undefined, kept: Kept): Promise<void> {
  if (folder === undefined) return
  await mkdir(folder, { recursive: true, mode: 0o700 })
  await chmod(folder, 0o700)
  const draft = join(folder, `${FILE}.draft`)
  await writeFile(draft, JSON.stringify(kept), { mode: 0o600 })
  await rename(draft, join(folder, FILE))
}
