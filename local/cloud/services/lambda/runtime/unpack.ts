import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { unzipSync } from 'fflate'
import { removeTemporaryFolder, temporaryFolder } from '../../../process/temporary-folders.ts'
import { invalidParameter } from '../errors.ts'

export interface TaskRoots {
  /** The folder with a zip's files, unpacked at its first use. */
  folderFor(codeSha256: string, zip: Buffer): string
  remove(): void
}

/** Folders in which functions find their code, private to this user and gone with the local cloud. */
export function createTaskRoots(): TaskRoots {
  let base: string | undefined
  const folders = new Map<string, string>()

  return {
    folderFor(codeSha256, zip) {
      const known = folders.get(codeSha256)
      if (known) return known
      base ??= temporaryFolder()
      const folder = join(base, String(folders.size + 1))
      unpack(zip, folder)
      folders.set(codeSha256, folder)
      return folder
    },
    remove() {
      folders.clear()
      if (base) removeTemporaryFolder(base)
      base = undefined
    },
  }
}

/** @throws ServiceError for an entry that would land outside of the folder */
function unpack(zip: Buffer, folder: string): void {
  mkdirSync(folder)
  for (const [name, content] of Object.entries(unzipSync(zip))) {
    const path = join(folder, name)
    if (relative(folder, path).startsWith('..'))
      throw invalidParameter(`The zip holds ${name}, which lies outside of it.`)
    mkdirSync(name.endsWith('/') ? path : dirname(path), { recursive: true })
    if (name.endsWith('/')) continue
    writeFileSync(path, content)
    chmodSync(path, 0o444)
  }
}
