import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { Stryker } from '@stryker-mutator/core'
import { mutationPage } from './page.ts'
import { idleReasons, type Mutant, readMutants, reasonFor, scoreOf, survivorsOf } from './report.ts'
import { ROOM_VARIABLE, ROOMS, type Room } from './rooms.ts'

const ROOT = join(import.meta.dirname, '../..')
const LEAST_PERCENT = 90

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    /** Keeps the results of an earlier run where neither a mutated file nor its tests have changed. */
    incremental: { type: 'boolean', default: false },
    /** Mutates nothing, and writes the page from the last run's reports. */
    page: { type: 'boolean', default: false },
  },
})
process.exitCode = await main()

/** `npm run mutate [-- ROOM …]`. @returns the exit code: 1 for a room below the least score, or a survivor without a reason */
async function main(): Promise<number> {
  const unknown = positionals.filter((asked) => ROOMS.every(({ name }) => name !== asked))
  if (unknown.length > 0) {
    console.error(`No such room: ${unknown.join(', ')}. There are ${ROOMS.map(({ name }) => name).join(', ')}.`)
    return 2
  }
  const asked = ROOMS.filter(({ name }) => positionals.length === 0 || positionals.includes(name))
  if (!values.page) for (const room of asked) await mutate(room)

  const rooms = new Map<string, readonly Mutant[]>()
  for (const room of ROOMS.filter((each) => existsSync(reportOf(each)))) {
    rooms.set(room.name, await readMutants(reportOf(room)))
  }
  await writeFile(join(ROOT, 'docs/mutation.md'), mutationPage(rooms))
  const mistakes = [...rooms].flatMap(([name, mutants]) => mistakesOf(name, mutants))
  for (const mistake of mistakes) console.error(`✗ ${mistake}`)
  return mistakes.length === 0 ? 0 : 1
}

async function mutate({ name, mutate }: Room): Promise<void> {
  // Read by the Vitest configuration, in a process that Stryker starts.
  process.env[ROOM_VARIABLE] = name
  const options: StrykerOptions & { vitest: object } = {
    testRunner: 'vitest',
    plugins: ['@stryker-mutator/vitest-runner'],
    vitest: { configFile: 'test/mutation/vitest.config.ts', related: false },
    mutate: [...mutate],
    ignorePatterns: ['bench', 'dist', 'docs', 'reports'],
    concurrency: 1,
    incremental: values.incremental,
    incrementalFile: join(folderOf(name), 'incremental.json'),
    jsonReporter: { fileName: join(folderOf(name), 'report.json') },
    reporters: ['json', 'progress-append-only'],
    tempDirName: 'reports/mutation/sandbox',
    timeoutMS: 20_000,
  }
  await new Stryker(options).runMutationTest()
}

type StrykerOptions = ConstructorParameters<typeof Stryker>[0]

function folderOf(name: string): string {
  return `reports/mutation/${name.replaceAll('/', '-')}`
}

function reportOf({ name }: Room): string {
  return join(ROOT, folderOf(name), 'report.json')
}

function mistakesOf(name: string, mutants: readonly Mutant[]): readonly string[] {
  const { percent } = scoreOf(mutants)
  const low =
    percent < LEAST_PERCENT ? [`${name}: ${percent} % of the changes were noticed, not ${LEAST_PERCENT} %`] : []
  const unexplained = survivorsOf(mutants).filter((mutant) => !reasonFor(mutant))
  return [
    ...low,
    ...unexplained.map(({ file, line, was, becomes }) => `${file}:${line}: ${was} → ${becomes}: a test, or a reason`),
    ...idleReasons(mutants).map(
      ({ file, was }) => `${file}: ${was}: the reason is for a change that a test notices now`,
    ),
  ]
}
