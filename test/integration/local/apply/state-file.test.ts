import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { StackState } from '../../../../local/apply/state.ts'
import { loadStackState, saveStackState } from '../../../../local/apply/state-file.ts'

const key = {
  type: 'aws:kms/key:Key',
  name: 'main',
  custom: true,
  parent: 'urn:pulumi:dev::keyturn::pulumi:pulumi:Stack::keyturn-dev',
  id: 'key-1',
  inputs: { tags: { owner: 'team' } },
  outputs: { arn: 'arn:aws:kms:eu-central-1:000000000000:key/key-1' },
  digests: { tags: 'abc' },
  dependencies: [],
  protect: true,
  retainOnDelete: false,
}
const state: StackState = {
  version: 1,
  project: 'keyturn',
  stack: 'dev',
  salt: 'salt',
  resources: { 'urn:pulumi:dev::keyturn::aws:kms/key:Key::main': key },
  pendingDelete: [['urn:pulumi:dev::keyturn::aws:kms/key:Key::old', key]],
  outputs: { arn: 'x' },
}

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'keyturn-state-'))
})
afterEach(() => rm(folder, { recursive: true }))

describe('the state file of local mode', () => {
  it('gives back what was saved, and is for its owner only', async () => {
    const file = join(folder, 'data', 'stack.json')
    expect(await loadStackState(file)).toBeUndefined()
    await saveStackState(file, state)
    expect(await loadStackState(file)).toEqual(state)
    expect((await stat(file)).mode & 0o777).toBe(0o600)
    expect((await stat(join(folder, 'data'))).mode & 0o777).toBe(0o700)
    expect(await readdir(join(folder, 'data'))).toEqual(['stack.json'])
  })

  it('refuses a damaged file by name and leaves it as it is', async () => {
    const file = join(folder, 'stack.json')
    for (const damage of ['{"version":1,', JSON.stringify({ ...state, version: 2 }), '[]']) {
      await writeFile(file, damage)
      await expect(loadStackState(file)).rejects.toMatchObject({
        code: 'state-file-corrupt',
        message: expect.stringContaining(file),
      })
      expect(await readFile(file, 'utf8')).toBe(damage)
    }
  })
})
