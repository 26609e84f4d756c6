import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { describe, expect, it } from 'vitest'
import { bundleFunction } from '../../../infra/bundle/bundle.ts'
import type { FunctionName } from '../../../infra/bundle/paths.ts'

const LIMIT = 500_000
const functions: readonly FunctionName[] = ['generated', 'provider', 'supplied', 'sweeper']

describe('bundles (part of A3)', () => {
  it.each(functions)('%s is one small CommonJS file that runs on its own, the same each time', async (name) => {
    const { file, bytes } = await bundleFunction(name)
    const code = await readFile(file, 'utf8')
    expect(Buffer.byteLength(code)).toBe(bytes)
    expect(bytes).toBeLessThan(LIMIT)
    const again = await bundleFunction(name)
    expect(await readFile(again.file, 'utf8')).toBe(code)
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

  it('say which entry does not bundle', async () => {
    await expect(bundleFunction('nowhere' as FunctionName)).rejects.toThrow(
      expect.objectContaining({ code: 'bundle-failed' }),
    )
  })
})
