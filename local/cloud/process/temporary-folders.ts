import { lstatSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const PREFIX = 'keyturn-local-'
const NAME = new RegExp(`^${PREFIX}(\\d+)-`)

/** A process's folders in the temporary directory, by the process that made them. */
const open = new Set<string>()

/**
 * A new folder in the temporary directory, for its owner alone. It goes with the process, however that exits; what a
 * killed process left is removed by {@link removeAbandonedFolders} of the next one.
 */
export function temporaryFolder(): string {
  if (open.size === 0) process.once('exit', removeAll)
  const folder = mkdtempSync(join(tmpdir(), `${PREFIX}${process.pid}-`))
  open.add(folder)
  return folder
}

/** Removes a folder that {@link temporaryFolder} made, before the process ends. */
export function removeTemporaryFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true })
  open.delete(folder)
  if (open.size === 0) process.off('exit', removeAll)
}

/** Removes the folders of processes of this user that have ended. One that cannot be removed is left. */
export function removeAbandonedFolders(): void {
  for (const name of readdirSync(tmpdir())) {
    const pid = Number(NAME.exec(name)?.[1])
    if (Number.isNaN(pid) || isAlive(pid)) continue
    const folder = join(tmpdir(), name)
    try {
      const { uid } = lstatSync(folder)
      if (uid === (process.getuid?.() ?? uid)) rmSync(folder, { recursive: true, force: true })
    } catch {
      // Another start has been quicker, or it is not ours to remove.
    }
  }
}

function removeAll(): void {
  for (const folder of open) removeTemporaryFolder(folder)
}

/** A process that we may not signal is one. */
function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
