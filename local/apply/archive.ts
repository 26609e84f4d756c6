import { createHash } from 'node:crypto'
import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { type Zippable, zipSync } from 'fflate'
import { KeyturnError } from '../../core/errors.ts'
import { ARCHIVE, ASSET, isObject, type Properties, SIGNATURE } from './properties.ts'

/** Zip entries carry no date that matters; a fixed one makes the same content the same bytes. */
const EPOCH = new Date('1980-01-01T12:00:00Z')

export function isAsset(value: unknown): value is Properties {
  return isObject(value) && (value[SIGNATURE] === ASSET || value[SIGNATURE] === ARCHIVE)
}

/**
 * The bytes of the zip that an archive stands for: `AssetArchive` of file and string assets, `FileArchive` of a folder,
 * or a zip file as it is.
 * @throws KeyturnError `not-implemented` for remote assets and other archive formats, `file-missing` for a lost file
 */
export async function zipArchive(archive: unknown): Promise<Uint8Array> {
  if (!isAsset(archive)) throw new KeyturnError('not-an-archive', 'code must be a pulumi.asset.Archive.')
  if (typeof archive.path === 'string' && (await statOf(archive.path)).isFile()) {
    if (!archive.path.endsWith('.zip')) {
      throw new KeyturnError(
        'not-implemented',
        `not implemented: archive ${archive.path}; use a .zip file, a folder or an AssetArchive.`,
      )
    }
    return readFile(archive.path)
  }
  const files = await collect(archive, '')
  const zippable: Zippable = Object.fromEntries(files.map(([path, bytes]) => [path, [bytes, { mtime: EPOCH }]]))
  return zipSync(zippable)
}

/** A digest of an asset's or archive's content, the same for the same files. */
export async function hashAsset(asset: Properties): Promise<string> {
  const hash = createHash('sha256')
  for (const [path, bytes] of await collect(asset, '')) hash.update(`${path}\0${bytes.length}\0`).update(bytes)
  return hash.digest('hex')
}

async function collect(asset: Properties, at: string): Promise<[string, Uint8Array][]> {
  if (isObject(asset.assets)) {
    const entries = Object.entries(asset.assets).sort(([one], [other]) => (one < other ? -1 : 1))
    const parts = await Promise.all(entries.map(([name, part]) => collect(part as Properties, join(at, name))))
    return parts.flat()
  }
  if (typeof asset.text === 'string') return [[at, new TextEncoder().encode(asset.text)]]
  if (typeof asset.path === 'string') return collectPath(asset.path, at)
  throw new KeyturnError('not-implemented', 'not implemented: remote assets; use a file, a string or a folder.')
}

async function collectPath(path: string, at: string): Promise<[string, Uint8Array][]> {
  if ((await statOf(path)).isFile()) return [[at, await readFile(path)]]
  const names = (await readdir(path)).sort()
  const parts = await Promise.all(names.map((name) => collectPath(join(path, name), join(at, name))))
  return parts.flat()
}

async function statOf(path: string): ReturnType<typeof stat> {
  return stat(path).catch((cause: unknown) => {
    throw new KeyturnError(
      'file-missing',
      `${path} does not exist; run \`npm run build\` first if it is a bundle.`,
      cause,
    )
  })
}
