import { randomUUID } from 'node:crypto'
import { mkdir, rename, writeFile } from 'node:fs/promises'
import { dirname, relative, resolve } from 'node:path'
import { type BuildOptions, build, type Metafile } from 'esbuild'
import { KeyturnError } from '../../core/errors.ts'
import { distFolder, entries, type FunctionName, functionBundle, proxyBundle, repository } from './paths.ts'

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

/** Bundles one Lambda function to `dist/lambdas/<name>/index.cjs`. */
export const bundleFunction = (name: FunctionName): Promise<Bundle> =>
  bundle(name, entries[name], functionBundle(name), {
    '@aws-sdk/credential-provider-node': './lambdas/environment-credentials.ts',
  })

/** Bundles the proxy to `dist/proxy/main.cjs`, which its image runs. */
export const bundleProxy = (): Promise<Bundle> => bundle('proxy', entries.proxy, proxyBundle())

/** Bundles everything that ships; the order is that of the printed table. */
export async function bundleAll(): Promise<readonly Bundle[]> {
  const functions: readonly FunctionName[] = ['generated', 'provider', 'supplied', 'sweeper']
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
  metafile: true,
  logLevel: 'silent',
  write: false,
} as const satisfies BuildOptions

async function bundle(name: string, entry: string, file: string, alias: Record<string, string> = {}): Promise<Bundle> {
  const { outputFiles, metafile } = await build({ ...OPTIONS, alias, entryPoints: [entry], outfile: file }).catch(
    failed(entry),
  )
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
  (entry: string) =>
  (cause: unknown): never => {
    const { message } = cause as Error
    throw new KeyturnError(
      'bundle-failed',
      `${entry} does not bundle into ${relative(repository, resolve(distFolder))}/: ${message}`,
      cause,
    )
  }
