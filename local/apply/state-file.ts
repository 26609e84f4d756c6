import { randomUUID } from 'node:crypto'
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { z } from 'zod'
import { KeyturnError } from '../../core/errors.ts'
import type { StackState } from './state.ts'

const properties = z.record(z.string(), z.unknown())

const resource = z.strictObject({
  type: z.string(),
  name: z.string(),
  custom: z.boolean(),
  parent: z.string().exactOptional(),
  id: z.string().exactOptional(),
  inputs: properties,
  outputs: properties,
  digests: z.record(z.string(), z.string()),
  dependencies: z.array(z.string()),
  protect: z.boolean(),
  retainOnDelete: z.boolean(),
})

const stackState: z.ZodType<StackState> = z.strictObject({
  version: z.literal(1),
  project: z.string(),
  stack: z.string(),
  salt: z.string(),
  resources: z.record(z.string(), resource),
  pendingDelete: z.array(z.tuple([z.string(), resource])),
  outputs: properties,
})

/**
 * The state that an earlier apply saved; undefined when there is no file.
 * @throws KeyturnError `state-file-corrupt` (needs-human) naming the file, which is left as it is
 */
export async function loadStackState(file: string): Promise<StackState | undefined> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
  if (text === undefined) return undefined
  try {
    return stackState.parse(JSON.parse(text))
  } catch (cause) {
    throw new KeyturnError(
      'state-file-corrupt',
      `${file} is not a state that this version wrote. Move its folder away to start anew, or restore it from a copy.`,
      cause,
    )
  }
}

/** Saves a state whole or not at all, readable by its owner only. */
export async function saveStackState(file: string, state: StackState): Promise<void> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 })
  const draft = `${file}.${randomUUID()}`
  await writeFile(draft, `${JSON.stringify(state, undefined, 2)}\n`, { mode: 0o600 })
  await rename(draft, file)
}
