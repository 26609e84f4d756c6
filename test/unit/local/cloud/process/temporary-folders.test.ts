import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import {
  removeAbandonedFolders,
  removeTemporaryFolder,
  temporaryFolder,
} from '../../../../../local/cloud/process/temporary-folders.ts'

const MODULE = new URL('../../../../../local/cloud/process/temporary-folders.ts', import.meta.url).href
let temp: string

beforeEach(() => {
  temp = mkdtempSync(join(tmpdir(), 'keyturn-test-'))
  vi.stubEnv('TMPDIR', temp)
})
afterEach(() => {
  vi.unstubAllEnvs()
  rmSync(temp, { recursive: true })
})

/** Runs a script in a process of its own to its end. */
const run = (script: string) =>
  spawnSync(process.execPath, ['--input-type=module', '-e', `import { temporaryFolder } from '${MODULE}'; ${script}`], {
    env: { PATH: process.env.PATH, TMPDIR: temp },
    encoding: 'utf8',
  })

test('a folder goes when its process exits, and when it is told to', () => {
  expect(run('console.log(temporaryFolder()); setImmediate(() => process.exit(3))').stdout.trim()).toMatch(temp)
  expect(readdirSync(temp)).toEqual([])

  const [one, other] = [temporaryFolder(), temporaryFolder()]
  removeTemporaryFolder(one)
  expect([existsSync(one), existsSync(other)]).toEqual([false, true])
  removeTemporaryFolder(other)
})

test('what a killed process left is removed; what a live one has, and what is not ours, stays', () => {
  run(
    "import { writeFileSync } from 'node:fs'; writeFileSync(temporaryFolder() + '/ca.pem', 'x'); process.kill(process.pid, 'SIGKILL')",
  )
  expect(readdirSync(temp)).toHaveLength(1)
  const alive = temporaryFolder()
  mkdirSync(join(temp, 'keyturn-data-1'))
  mkdirSync(join(temp, 'keyturn-local-x-1'))
  const elsewhere = join(temp, 'elsewhere')
  mkdirSync(elsewhere)
  writeFileSync(join(elsewhere, 'kept'), '')
  // A link of that name is removed, and not what it points to.
  symlinkSync(elsewhere, join(temp, `keyturn-local-${2 ** 22 + 1}-link`))

  removeAbandonedFolders()

  expect(readdirSync(temp).sort()).toEqual(
    ['elsewhere', 'keyturn-data-1', 'keyturn-local-x-1', alive.slice(temp.length + 1)].sort(),
  )
  expect(readdirSync(elsewhere)).toEqual(['kept'])
  removeTemporaryFolder(alive)
})
