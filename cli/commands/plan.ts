import { InvalidArgumentError } from 'commander'
import { systemClock } from '../../core/clock.ts'
import { ERROR_CODES } from '../../core/error-codes.ts'
import { explain } from '../aws/explain.ts'
import { fitted } from '../output/help.ts'
import { complain, printJson, type Verb, withNextAction } from '../verb.ts'

export interface PlanVerbOptions {
  readonly stack?: string
  readonly file?: string
  readonly days: number
  readonly against?: boolean
  readonly endpoint?: string
  readonly region?: string
  readonly json?: boolean
}

export const planVerb: Verb = (program) =>
  program
    .command('plan')
    .description('check the stack config, without AWS, and show what will rotate when, with every mistake at once')
    .option('--stack <stack>', 'the stack whose file is checked (default: dev)')
    .option('--file <file>', 'another file, such as Pulumi.prod.yaml')
    .option('--days <days>', 'how far to look ahead, 1 to 366', days, 30)
    .option('--against', 'also ask AWS what pulumi up would change of the running stack; changes nothing')
    .option('--endpoint <url>', 'the same with this endpoint, such as http://127.0.0.1:4566')
    .option('--region <region>', 'the same in this Region; aws:region of the file unless given')
    .option('--json', 'print JSON, mistakes included')
    .addHelpText(
      'after',
      fitted(`
Exit codes: 0 the config is sound · 1 it failed · 2 the config has mistakes, or the input was wrong

Examples:
  $ keyturn plan                                    # Pulumi.dev.yaml, the next 30 days
  $ keyturn plan --file Pulumi.prod.yaml --days 90
  $ keyturn plan --json | jq '.error.problems'      # each with file, line, path, secret and message
  $ keyturn plan --against                          # what would change on AWS
  $ keyturn plan --endpoint http://127.0.0.1:4566   # … and on the local cloud that npm start runs`),
    )
    .action(run)

async function run(options: PlanVerbOptions): Promise<void> {
  try {
    // Loaded here, so that the help of the command line does not wait for them.
    const [{ findFile }, { makePlan }, { printPlan, planToJson }] = await Promise.all([
      import('../plan/find-file.ts'),
      import('../plan/make-plan.ts'),
      import('../plan/print-plan.ts'),
    ])
    const plan = await makePlan(await findFile(options, process.cwd()), {
      days: options.days,
      now: systemClock.now,
      openSession: asksAws(options) ? (region) => openSession(options, region) : undefined,
    })
    if (options.json) printJson(planToJson(plan))
    else console.log(printPlan(plan))
  } catch (thrown) {
    const error = explain(thrown, options.endpoint ?? 'AWS')
    if (options.json) printJson({ error: withNextAction(error, 'NAME') })
    else complain(error)
    process.exitCode = ERROR_CODES[error.code].exit
  }
}

/** Only when told: credentials that lie about in the environment must not make a check of a file depend on AWS. */
const asksAws = ({ against, endpoint, region }: PlanVerbOptions): boolean =>
  against === true || endpoint !== undefined || region !== undefined

async function openSession({ endpoint, region }: PlanVerbOptions, ofFile: string | undefined) {
  const { openSession } = await import('../aws/session.ts')
  return openSession({ endpoint, region: region ?? ofFile }, process.env, systemClock.now)
}

function days(argument: string): number {
  if (/^[1-9]\d{0,2}$/.test(argument) && Number(argument) <= 366) return Number(argument)
  throw new InvalidArgumentError('Allowed: whole days from 1 to 366.')
}
