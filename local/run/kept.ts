import { randomUUID } from 'node:crypto'
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { KeyturnError } from '../../core/errors.ts'
import type { StackState } from '../apply/state.ts'
import { loadStackState, saveStackState } from '../apply/state-file.ts'
import type { RegistrySnapshot } from '../providers/key-registry.ts'

/** What `--data` keeps beside the cloud's own state: what was applied, and the upstream's keys as digests. */
export interface Kept {
  readonly stack: StackState | undefined
  readonly upstream: RegistrySnapshot | undefined
  saveStack(state: StackState): Promise<void>
  saveUpstream(snapshot: RegistrySnapshot): Promise<void>
}

/** @throws KeyturnError `data-dir-unusable`; `state-file-corrupt` naming the file, which is left as it is */
export async function openKept(folder: string | undefined): Promise<Kept> {
  if (folder === undefined) {
    return { stack: undefined, upstream: undefined, saveStack: async () => {}, saveUpstream: async () => {} }
  }
  const stackFile = join(folder, 'stack.json')
  const upstreamFile = join(folder, 'upstream.json')
  await mkdir(folder, { recursive: true, mode: 0o700 }).catch((cause: unknown) => {
    throw new KeyturnError(
      'data-dir-unusable',
      `--data ${folder} cannot be made a folder. Name one that you may write to.`,
      cause,
    )
  })
  return {
    stack: await loadStackState(stackFile),
    upstream: await loadSnapshot(upstreamFile),
    saveStack: (state) => saveStackState(stackFile, state),
    saveUpstream: async (snapshot) => {
      const draft = `${upstreamFile}.${randomUUID()}`
      await writeFile(draft, JSON.stringify(snapshot), { mode: 0o600 })
      await rename(draft, upstreamFile)
    },
  }
}

async function loadSnapshot(file: string): Promise<RegistrySnapshot | undefined> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
  if (text === undefined) return undefined
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new KeyturnError(
      'state-file-corrupt',
      `${file} is not JSON, and is left as it is. Move its folder away to start anew, or restore it from a copy.`,
      cause,
    )
  }
}
