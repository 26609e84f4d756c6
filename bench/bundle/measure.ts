import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { type BuildOptions, build } from 'esbuild'
import { bundleFunction } from '../../infra/bundle/bundle.ts'
import { repository } from '../../infra/bundle/paths.ts'
import { rotationEntry } from '../../infra/bundle/rotation-entry.ts'
import { type Family, families } from '../../lambdas/strategies/find-strategy.ts'
import type { Spent } from '../report/statistics.ts'

export interface BundleCost {
  /** Minified, in bytes. */
  readonly bytes: { readonly shipped: number; readonly plain: number }
  /** The first `require` in a fresh process, one for each start. */
  readonly requires: { readonly shipped: readonly Spent[]; readonly plain: readonly Spent[] }
}

const PROVIDER = families.find(({ name }) => name === 'provider') as Family

/** As infra/bundle/bundle.ts has them; that they still are the same is checked by the bytes that they give. */
const OPTIONS: BuildOptions = {
  absWorkingDir: repository,
  ...rotationEntry(PROVIDER),
  bundle: true,
  platform: 'node',
  target: 'node24',
  format: 'cjs',
  mainFields: ['module', 'main'],
  minify: true,
  keepNames: false,
  legalComments: 'none',
  logLevel: 'silent',
}

/** The provider-key function's bundle as shipped, and the same entry with the SDK's whole credential chain. */
export async function measureBundles(starts: number): Promise<BundleCost> {
  const folder = await mkdtemp(join(tmpdir(), 'keyturn-bench-'))
  try {
    const shipped = await bundleFunction('provider')
    const standIn = Object.keys(shipped.metafile.inputs).find((input) => input.endsWith('environment-credentials.ts'))
    const alias: Record<string, string> = standIn ? { '@aws-sdk/credential-provider-node': `./${standIn}` } : {}
    const [again, plain] = [join(folder, 'again.cjs'), join(folder, 'plain.cjs')]
    await build({ ...OPTIONS, alias, outfile: again })
    await build({ ...OPTIONS, outfile: plain })
    const files = { shipped: shipped.file, plain }
    const [shippedCode, againCode, plainCode] = await Promise.all(
      [files.shipped, again, plain].map((path) => readFile(path)),
    )
    if (!standIn || !shippedCode || !plainCode || !againCode?.equals(shippedCode)) {
      throw new Error(
        'infra/bundle/bundle.ts bundles with other options by now: bring bench/bundle/measure.ts in line.',
      )
    }
    await writeFile(join(folder, 'inventory.json'), '{"version":1,"secrets":{}}')
    const requires = { shipped: [] as Spent[], plain: [] as Spent[] }
    for (let start = 0; start < starts; start += 1) {
      for (const name of start % 2 === 0 ? (['shipped', 'plain'] as const) : (['plain', 'shipped'] as const)) {
        requires[name].push(await requireCold(files[name], folder))
      }
    }
    return { bytes: { shipped: shippedCode.length, plain: plainCode.length }, requires }
  } finally {
    await rm(folder, { recursive: true })
  }
}

const SCRIPT = `
const [began, before] = [performance.now(), process.cpuUsage()]
const { handler } = require(process.env.BENCH_BUNDLE)
const { user, system } = process.cpuUsage(before)
const spent = { wallMs: performance.now() - began, cpuMs: (user + system) / 1_000 }
if (typeof handler !== 'function') throw new Error('the bundle has no handler')
console.log(JSON.stringify(spent))`

async function requireCold(file: string, taskRoot: string): Promise<Spent> {
  const env = { PATH: process.env.PATH, BENCH_BUNDLE: file, LAMBDA_TASK_ROOT: taskRoot, AWS_REGION: 'eu-central-1' }
  const { stdout } = await promisify(execFile)(process.execPath, ['-e', SCRIPT], { env })
  return JSON.parse(stdout)
}
