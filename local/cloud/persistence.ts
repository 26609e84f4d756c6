import { chmod, mkdir, open, readFile, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { KeyturnError } from '../../core/errors.ts'
import { type Cloud, type CloudState, emptyState } from './cloud.ts'
import type { RegionState } from './regions.ts'

export interface SavedCloud {
  readonly region: string
  readonly clockOffsetMs: number
  /** The home Region's. */
  readonly state: CloudState
  /** The other Regions', by name. */
  readonly regions: Readonly<Record<string, RegionState>>
}

export interface DataDir {
  /** What an earlier run left, if there was one. */
  readonly saved: SavedCloud | undefined
  /** Saves the cloud's state whenever it says that it changed. */
  follow(cloud: Cloud, otherRegions: () => SavedCloud['regions']): void
  /** Saves once more, when something changed since. */
  close(): Promise<void>
}

const FILE = 'cloud.json'
const DEBOUNCE_MS = 200

/**
 * The folder that keeps the local cloud's state: 0700, its file 0600 and replaced atomically. Secret values in it are
 * encrypted, but the key material of the local KMS stands beside them: the file is as secret as they are.
 * @throws KeyturnError `data-dir-corrupt` for a file that cannot be read back, which is left as it is
 */
export async function openDataDir(dir: string): Promise<DataDir> {
  const path = join(dir, FILE)
  await mkdir(dir, { recursive: true, mode: 0o700 }).catch((error: unknown) => {
    throw new KeyturnError(
      'data-dir-unusable',
      `--data ${dir} cannot be created. Name a folder that you may write to.`,
      error,
    )
  })
  await chmod(dir, 0o700)
  const saved = await load(path)
  let serialise: (() => string) | undefined
  let written = ''
  let timer: NodeJS.Timeout | undefined
  let writing: Promise<void> = Promise.resolve()

  function save(): Promise<void> {
    clearTimeout(timer)
    timer = undefined
    writing = writing.then(async () => {
      if (!serialise) return
      const text = serialise()
      if (text === written) return
      await replace(path, text)
      written = text
    })
    return writing
  }

  return {
    saved,
    follow(followed, otherRegions) {
      serialise = () => serialiseCloud(followed, otherRegions())
      followed.changed = () => {
        timer ??= setTimeout(() => {
          save().catch((error: unknown) => followed.log.error({ error }, 'state could not be saved'))
        }, DEBOUNCE_MS)
      }
    },
    close: save,
  }
}

const serviceStates = z.record(z.string(), z.record(z.string(), z.unknown()))

const savedSchema = z.object({
  version: z.literal(1),
  region: z.string(),
  clockOffsetMs: z.number(),
  state: serviceStates,
  regions: z.record(z.string(), serviceStates).default({}),
})

async function load(path: string): Promise<SavedCloud | undefined> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw corrupt(path, error)
  }
  try {
    const { state, regions, ...rest } = savedSchema.parse(JSON.parse(text))
    return {
      ...rest,
      state: { ...emptyState(), ...state } as CloudState,
      regions: regions as unknown as SavedCloud['regions'],
    }
  } catch (error) {
    throw corrupt(path, error)
  }
}

const corrupt = (path: string, cause: unknown): Error =>
  new KeyturnError(
    'data-dir-corrupt',
    `${path} is not a state that this version can read; it was left as it is. Restore it, or move it away to start empty.`,
    cause,
  )

const serialiseCloud = ({ region, clock, state }: Cloud, regions: SavedCloud['regions']): string =>
  JSON.stringify({ version: 1, region, clockOffsetMs: clock.offsetMs, state, regions })

async function replace(path: string, text: string): Promise<void> {
  const temporary = `${path}.new`
  const file = await open(temporary, 'w', 0o600)
  try {
    await file.writeFile(text)
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(temporary, path)
}
