import { cp, mkdtemp, readdir, readFile, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../../..', import.meta.url))

/** What is not source, and the tests, which would only be checked again. */
const LEFT_OUT = new Set(['node_modules', '.git', 'dist', 'test', 'bench'])

export interface RepositoryCopy {
  readonly folder: string
  /** Files that differ from those of this repository, or are not in it. */
  changed(): Promise<readonly string[]>
  remove(): Promise<void>
}

/** This repository in a folder of its own, to be changed. */
export async function copyRepository(): Promise<RepositoryCopy> {
  const folder = await mkdtemp(join(tmpdir(), 'keyturn-copy-'))
  await cp(root, folder, {
    recursive: true,
    filter: (source) => !LEFT_OUT.has(relative(root, source).split(sep)[0] ?? ''),
  })
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'))
  return {
    folder,
    changed: async () => {
      const files = (await readdir(folder, { recursive: true, withFileTypes: true }))
        .filter((entry) => entry.isFile())
        .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
        .filter((file) => !LEFT_OUT.has(file.split(sep)[0] ?? ''))
      const compared = await Promise.all(
        files.map(async (file) => {
          const ours = await readFile(join(root, file)).catch(() => undefined)
          return ours?.equals(await readFile(join(folder, file))) ? [] : [file]
        }),
      )
      return compared.flat().sort()
    },
    remove: () => rm(folder, { recursive: true }),
  }
}
