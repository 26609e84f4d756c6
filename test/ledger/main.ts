import { spawn } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { collectTests, type Outcomes, ROOT, readReport, VITEST } from './collect.ts'
import { contradictions, readLedger } from './ledger.ts'
import { ledgerPage, ledgerTable } from './page.ts'

const PAGE = join(ROOT, 'docs/ledger.md')

const { values } = parseArgs({
  options: {
    /** A JSON report of Vitest's to read, instead of running the tests. */
    report: { type: 'string' },
    /** Writes nothing, and fails when the page is not what the run says. */
    check: { type: 'boolean', default: false },
    /** Runs nothing, and writes the page for a run in which every test passes: after tests were renamed. CI checks it. */
    'as-passed': { type: 'boolean', default: false },
  },
})
process.exitCode = await main(values)

/** @returns the exit code: 1 when a row fails, names and rows contradict each other, or `check` finds another page */
async function main({ report, check, 'as-passed': asPassed }: typeof values): Promise<number> {
  const tests = await collectTests()
  const outcomes: Outcomes = asPassed ? () => 'passed' : await (report === undefined ? runSuite() : readReport(report))
  const rows = readLedger(tests, outcomes)
  console.log(ledgerTable(rows))

  const mistakes = [...contradictions(tests)]
  const page = ledgerPage(rows)
  const isCurrent = (await readFile(PAGE, 'utf8').catch(() => '')) === page
  if (check && !isCurrent) mistakes.push('docs/ledger.md is not what this run says: npm run ledger')
  if (!check) await writeFile(PAGE, page)
  for (const mistake of mistakes) console.error(`✗ ${mistake}`)
  return mistakes.length === 0 && rows.every(({ state }) => state !== 'FAILS') ? 0 : 1
}

async function runSuite(): Promise<Outcomes> {
  const folder = await mkdtemp(join(tmpdir(), 'keyturn-ledger-'))
  try {
    const report = join(folder, 'report.json')
    const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`]
    const child = spawn(process.execPath, [VITEST, 'run', ...reporters], { cwd: ROOT, stdio: 'inherit' })
    await new Promise((resolve) => child.once('close', resolve))
    return await readReport(report)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
