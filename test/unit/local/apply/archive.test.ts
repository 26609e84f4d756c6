import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { strFromU8, unzipSync } from 'fflate'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hashAsset, zipArchive } from '../../../../local/apply/archive.ts'
import { ARCHIVE, ASSET, SIGNATURE } from '../../../../local/apply/properties.ts'

let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'keyturn-archive-'))
  await mkdir(join(folder, 'lib'))
  await writeFile(join(folder, 'index.cjs'), 'exports.handler = () => 1')
  await writeFile(join(folder, 'lib', 'part.cjs'), 'part')
})

afterAll(() => rm(folder, { recursive: true }))

const text = (content: string) => ({ [SIGNATURE]: ASSET, text: content })
const file = (path: string) => ({ [SIGNATURE]: ASSET, path })
const archive = (fields: object) => ({ [SIGNATURE]: ARCHIVE, ...fields })

describe('zipArchive', () => {
  it('puts files, texts and folders where the program names them', async () => {
    const zip = await zipArchive(
      archive({
        assets: {
          'index.cjs': file(join(folder, 'index.cjs')),
          'inventory.json': text('{"version":1}'),
          more: archive({ path: join(folder, 'lib') }),
        },
      }),
    )
    const entries = Object.entries(unzipSync(zip)).map(([path, bytes]) => [path, strFromU8(bytes)])
    expect(Object.fromEntries(entries)).toEqual({
      'index.cjs': 'exports.handler = () => 1',
      'inventory.json': '{"version":1}',
      'more/part.cjs': 'part',
    })
  })

  it('makes the same bytes of the same content', async () => {
    const source = archive({ path: folder })
    expect(Buffer.from(await zipArchive(source)).equals(Buffer.from(await zipArchive(source)))).toBe(true)
  })

  it('names a bundle that has not been built, and what builds it', async () => {
    const missing = archive({ assets: { 'index.cjs': file(join(folder, 'missing.cjs')) } })
    await expect(zipArchive(missing)).rejects.toMatchObject({
      code: 'file-missing',
      message: expect.stringMatching(/missing\.cjs does not exist.*npm run build/),
    })
  })

  it('refuses a remote archive', async () => {
    await expect(zipArchive(archive({ uri: 'https://example.com/a.zip' }))).rejects.toMatchObject({
      code: 'not-implemented',
    })
  })
})

describe('hashAsset', () => {
  it('follows content and place in the archive, not the path of the source', async () => {
    const content = 'exports.handler = () => 1'
    const fromFile = archive({ assets: { 'index.cjs': file(join(folder, 'index.cjs')) } })
    expect(await hashAsset(fromFile)).toBe(await hashAsset(archive({ assets: { 'index.cjs': text(content) } })))
    expect(await hashAsset(fromFile)).not.toBe(await hashAsset(archive({ assets: { 'other.cjs': text(content) } })))
    expect(await hashAsset(fromFile)).not.toBe(await hashAsset(archive({ assets: { 'index.cjs': text('2') } })))
  })
})
