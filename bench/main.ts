/** `npm run bench`: measures what Keyturn costs beside named peers, and prints it. */
import { parseArgs } from 'node:util'
import { bundleAll } from '../infra/bundle/bundle.ts'
import { measureBundles } from './bundle/measure.ts'
import { bundleHead, bundleRows } from './bundle/rows.ts'
import { measureProxies } from './proxy/measure.ts'
import { proxyHead, proxyRows } from './proxy/rows.ts'
import { table } from './report/table.ts'
import { describeRun } from './report/versions.ts'
import { measureRotations } from './rotation/measure.ts'
import { rotationHead, rotationRows } from './rotation/rows.ts'
import { templates } from './rotation/templates.ts'

const HELP = `npm --prefix bench start -- [options]

Measures what Keyturn costs, as ratios against named peers measured side by side in one run: the proxy beside two plain
reverse proxies, a rotation's calls beside those of AWS's templates, a function's bundle beside one with the SDK's whole
credential chain. Takes one to three minutes; what it means is in bench/RESULTS.md.

  --rounds <number>   rounds of each proxy figure (5)
  --only <part>       proxy, rotation or bundle; may be given more than once
  --help

Examples:
  npm run bench
  npm --prefix bench start -- --only proxy --rounds 9`

interface Options {
  readonly rounds: number
  readonly parts: readonly string[]
}

const PARTS = ['proxy', 'rotation', 'bundle']
const ROTATIONS = 10
const STARTS = 15

const options = readOptions()
if (options) await main(options)

async function main({ rounds, parts }: Options): Promise<void> {
  console.log(`${await describeRun()}\n`)
  say('building dist/')
  await bundleAll()

  if (parts.includes('proxy')) {
    const rows = proxyRows(await measureProxies(rounds, say))
    console.log(
      `The proxy beside plain reverse proxies, medians of ${rounds} rounds; ratios are round by round, median (lowest–highest)`,
    )
    console.log(`${table(proxyHead, rows)}\n`)
  }
  if (parts.includes('rotation')) {
    say('rotations')
    const rows = rotationRows(await measureRotations(ROTATIONS))
    console.log(
      `Rotations on the local cloud in one process, medians of ${ROTATIONS}; the templates are counted, not run`,
    )
    console.log(
      `${table(rotationHead, rows)}\n${templates.map(({ name, source }) => `${name}: ${source}`).join('\n')}\n`,
    )
  }
  if (parts.includes('bundle')) {
    say('bundles')
    const rows = bundleRows(await measureBundles(STARTS))
    console.log(`A function's bundle, medians of ${STARTS} fresh processes each`)
    console.log(table(bundleHead, rows))
  }
}

/** Progress goes to standard error, so that standard output holds the result alone. */
function say(line: string): void {
  console.error(`${(performance.now() / 1_000).toFixed(0).padStart(4)} s  ${line}`)
}

/** Nothing when there is nothing to measure; why not has then been said. */
function readOptions(): Options | undefined {
  try {
    const { values } = parseArgs({
      options: {
        rounds: { type: 'string', default: '5' },
        only: { type: 'string', multiple: true, default: PARTS },
        help: { type: 'boolean', default: false },
      },
    })
    const rounds = Number(values.rounds)
    const unknown = values.only.filter((part) => !PARTS.includes(part))
    if (!Number.isInteger(rounds) || rounds < 1) throw new Error('--rounds must be a whole number, 1 or more.')
    if (unknown.length > 0) throw new Error(`--only must be one of ${PARTS.join(', ')}; not ${unknown.join(', ')}.`)
    if (!values.help) return { rounds, parts: values.only }
    console.log(HELP)
  } catch (error) {
    console.error(`bench: ${(error as Error).message}`)
    process.exitCode = 2
  }
  return undefined
}
