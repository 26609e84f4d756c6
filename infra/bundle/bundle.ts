import { randomUUID } from 'node:crypto'
import { mkdir, rename, writeFile } from 'node:fs/promises'
import { dirname, relative, resolve } from 'node:path'
import { type BuildOptions, build, type Metafile } from 'esbuild'
import { KeyturnError } from '../../core/errors.ts'
import { type Family, families } from '../../lambdas/strategies/find-strategy.ts'
import { distFolder, functionBundle, proxyBundle, repository, SWEEPER } from './paths.ts'
import { rotationEntry } from './rotation-entry.ts'

export interface Bundle {
  /** `provider`, `sweeper`, `proxy`. */
  readonly name: string
  /** Absolute path of the bundle. */
  readonly file: string
  /** Minified size in bytes. */
  readonly bytes: number
  /** What went into it, file by file. */
  readonly metafile: Metafile
}

/**
 * Bundles the function of a family, or the sweeper, to `dist/lambdas/<name>/index.cjs`.
 * @throws KeyturnError `bundle-failed` (terminal), also for a name that is no function's
 */
export async function bundleFunction(name: string): Promise<Bundle> {
  if (name === SWEEPER)
    return bundle(name, functionBundle(name), { ...FUNCTION, entryPoints: ['lambdas/sweep/main.ts'] })
  const family = families.find((one) => one.name === name)
  if (family) return bundleFamily(family)
  const known = [...families.map((one) => one.name), SWEEPER].join(', ')
  throw new KeyturnError('bundle-failed', `There is no function "${name}". Allowed: ${known}.`)
}

const bundleFamily = (family: Family): Promise<Bundle> =>
  bundle(family.name, functionBundle(family.name), { ...FUNCTION, ...rotationEntry(family) })

/** Bundles the proxy to `dist/proxy/main.cjs`, which its image runs. */
export const bundleProxy = (): Promise<Bundle> => bundle('proxy', proxyBundle(), { entryPoints: ['proxy/main.ts'] })

/** Bundles everything that ships; the order is that of the printed table. */
export async function bundleAll(): Promise<readonly Bundle[]> {
  const functions = [...families.map(({ name }) => name), SWEEPER]
  return [...(await Promise.all(functions.map(bundleFunction))), await bundleProxy()]
}

/** The same input gives the same bytes: a function is uploaded again only when its code changed. */
const OPTIONS = {
  absWorkingDir: repository,
  bundle: true,
  platform: 'node',
  target: 'node24',
  format: 'cjs',
  mainFields: ['module', 'main'],
  minify: true,
  keepNames: false,
  legalComments: 'none',
  logLevel: 'silent',
} as const satisfies BuildOptions

/** Entry points are named by path, since infra imports no handler. */
const FUNCTION = {
  alias: { '@aws-sdk/credential-provider-node': './lambdas/environment-credentials.ts' },
} as const satisfies BuildOptions

async function bundle(name: string, file: string, options: BuildOptions): Promise<Bundle> {
  const { outputFiles, metafile } = await build({
    ...OPTIONS,
    ...options,
    write: false,
    metafile: true,
    outfile: file,
  }).catch(failed(name))
  const code = outputFiles[0]?.contents ?? new Uint8Array()
  await writeWhole(file, code)
  return { name, file, bytes: code.byteLength, metafile }
}

/** Renamed into place, so that a reader beside us sees the old bundle or the new one, never half of one. */
async function writeWhole(file: string, content: Uint8Array): Promise<void> {
  await mkdir(dirname(file), { recursive: true })
  const draft = `${file}.${randomUUID()}`
  await writeFile(draft, content)
  await rename(draft, file)
}

const failed =
  (name: string) =>
  (cause: unknown): never => {
    const { message } = cause as Error
    throw new KeyturnError(
      'bundle-failed',
      `The bundle "${name}" cannot be made in ${relative(repository, resolve(distFolder))}/: ${message}`,
      cause,
    )
  }
