import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'

const script = join(import.meta.dirname, '../../../helpers/pulumi/failing-applies.ts')

/** In a process of its own: what matters is also what Node and Pulumi's SDK print and exit with. */
describe('applyStack with a failing program', () => {
  it('rejects once with the cause, and leaves the process clean', async () => {
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [script])
    expect(JSON.parse(stdout)).toEqual({
      inResource: expect.stringMatching(
        /^creating urn:pulumi:dev::keyturn::aws:kms\/key:Key::main failed: MalformedPolicyDocument/,
      ),
      inApply: expect.stringContaining('thrown in apply'),
      inProgram: 'thrown in program',
    })
    expect(stderr).toBe('')
  })
})
