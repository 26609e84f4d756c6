import { execFile } from 'node:child_process'
import { appendFile, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { copyRepository, type RepositoryCopy } from '../../helpers/copy/copy-repository.ts'

const run = promisify(execFile)
const SCRIPT = fileURLToPath(new URL('../../helpers/copy/rotate-in-copy.mjs', import.meta.url))

/** A strategy of a family of its own, inside the network, that a person may hand a value to. */
const STRATEGY = `import * as z from 'zod'
import { SecretString } from '../../../core/secret-string.ts'
import type { Strategy } from '../strategy.ts'

const params = z.strictObject({ digits: z.int().min(4).max(12) })

/** A number that people type. */
export const pinCode = {
  kind: 'pin-code',
  family: 'pins',
  network: 'vpc',
  supply: 'allowed',
  params,
  liveKeys: () => 4,
  permissions: () => [],
  checkValue: (value, { digits }) =>
    new RegExp(\`^[0-9]{\${digits}}$\`).test(value.reveal()) ? undefined : \`a pin code has \${digits} digits\`,
  create: async ({ params: { digits }, random }) =>
    new SecretString(Array.from({ length: digits }, () => random.int(10)).join('')),
} satisfies Strategy<z.infer<typeof params>>
`

let copy: RepositoryCopy

beforeAll(async () => {
  copy = await copyRepository()
  await mkdir(join(copy.folder, 'lambdas/strategies/pin-code'))
  await writeFile(join(copy.folder, 'lambdas/strategies/pin-code/pin-code.ts'), STRATEGY)
  await appendFile(
    join(copy.folder, 'lambdas/strategies/registry.ts'),
    `export { pinCode } from './pin-code/pin-code.ts'\n`,
  )
  await writeFile(join(copy.folder, 'docs/strategies/pin-code.md'), '# pin-code\nA number that people type.\n')
}, 60_000)
afterAll(() => copy?.remove())

describe('a strategy that is added', () => {
  it('touches its folder, one line of the registry and its page, and nothing else', async () => {
    expect(await copy.changed()).toEqual([
      'docs/strategies/pin-code.md',
      'lambdas/strategies/pin-code/pin-code.ts',
      'lambdas/strategies/registry.ts',
    ])
  })

  it('passes the type check with all that knows of strategies', async () => {
    const tsc = join(copy.folder, 'node_modules/typescript/bin/tsc')
    await expect(run(process.execPath, [tsc, '--noEmit'], { cwd: copy.folder })).resolves.toMatchObject({ stdout: '' })
  }, 240_000)

  it('goes from the config over its own bundle and function to a rotation', async () => {
    const { stdout } = await run(process.execPath, [SCRIPT, copy.folder, 'pin-code', '{"digits":6}'], {
      cwd: copy.folder,
    })
    const { first, second, VersionIdsToStages, Tags, RotationLambdaARN, functions } = JSON.parse(stdout)
    expect(first).toMatch(/^\d{6}$/)
    expect(second).toMatch(/^\d{6}$/)
    expect(Object.values(VersionIdsToStages)).toHaveLength(2)
    expect(Object.values(VersionIdsToStages).flat()).toContainEqual(expect.stringMatching(/^GRACE-UNTIL-/))
    expect(functions.sort()).toEqual([
      ['keyturn-dev-rotate-pins', ['subnet-0a1b']],
      ['keyturn-dev-sweep', []],
    ])
    expect(RotationLambdaARN).toMatch(/:function:keyturn-dev-rotate-pins$/)
    expect(Tags).toContainEqual({ Key: 'keyturn:supply', Value: 'allowed' })
  }, 240_000)

  it('is refused with parameters that do not fit it, by the check of the config', async () => {
    const attempt = run(process.execPath, [SCRIPT, copy.folder, 'pin-code', '{"digits":2}'], { cwd: copy.folder })
    await expect(attempt).rejects.toThrow(/digits/)
  }, 240_000)
})
