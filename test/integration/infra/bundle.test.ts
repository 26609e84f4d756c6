import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { describe, expect, it } from 'vitest'
import { bundleFunction } from '../../../infra/bundle/bundle.ts'
import { SWEEPER } from '../../../infra/bundle/paths.ts'
import { families, strategies } from '../../../lambdas/strategies/find-strategy.ts'

const LIMIT = 500_000
const functions = [...families.map(({ name }) => name), SWEEPER]

describe('bundles (part of A3)', () => {
  it.each(functions)('%s is one small CommonJS file that runs on its own, the same each time', async (name) => {
    const { file, bytes } = await bundleFunction(name)
    const code = await readFile(file, 'utf8')
    expect(Buffer.byteLength(code)).toBe(bytes)
    expect(bytes).toBeLessThan(LIMIT)
    const again = await bundleFunction(name)
    expect(await readFile(again.file, 'utf8')).toBe(code)
  })

  it.each(families)('$name holds the code of its own strategies, and of no other family’s', async ({ name }) => {
    const { metafile } = await bundleFunction(name)
    const used = Object.values(metafile.outputs).flatMap(({ inputs }) => Object.keys(inputs))
    const kinds = Object.keys(strategies).filter((kind) =>
      used.some((file) => file.startsWith(`lambdas/strategies/${kind}/`)),
    )
    const own = Object.values(strategies).filter(({ family }) => family === name)
    expect(kinds.sort()).toEqual(own.map(({ kind }) => kind).sort())
  })

  it('the sweeper loads from its bundle as Lambda loads it', async () => {
    const { file } = await bundleFunction('sweeper')
    const { handler } = createRequire(import.meta.url)(file)
    expect(handler).toBeTypeOf('function')
  })

  it('hold what they run and nothing of infra, the proxy, the CLI or local mode', async () => {
    for (const name of functions) {
      const { metafile } = await bundleFunction(name)
      const ours = Object.keys(metafile.inputs).filter((file) => !file.startsWith('node_modules/'))
      expect(ours.filter((file) => !/^(core|lambdas)\//.test(file))).toEqual([])
    }
  })

  it('say which functions there are', async () => {
    await expect(bundleFunction('nowhere')).rejects.toThrow(expect.objectContaining({ code: 'bundle-failed' }))
  })
})
