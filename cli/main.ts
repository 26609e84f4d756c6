import { Command, InvalidArgumentError } from 'commander'
import { systemClock } from '../core/clock.ts'
import { ERROR_CODES, EXIT } from '../core/error-codes.ts'
import type { KeyturnError } from '../core/errors.ts'
import { ALLOWED_GRACE } from '../core/grace.ts'
import { systemRandom } from '../core/random.ts'
import { redactText } from '../core/redact.ts'
import packageJson from '../package.json' with { type: 'json' }
import { explain } from './aws/explain.ts'
import { type AwsSession, openSession } from './aws/session.ts'
import { describeEnd, end } from './commands/end.ts'
import { type RotateOptions, type RotateResult, rotate } from './commands/rotate.ts'
import { type StatusOptions, status } from './commands/status.ts'
import { value } from './commands/value.ts'
import { readValue } from './read-value.ts'

interface CommonOptions {
  endpoint?: string
  region?: string
  json?: boolean
}

// What reads this output may close it early, as `head` does.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
})

const program = new Command('keyturn')
  .description(
    'Rotate the keys of a Keyturn stack, and see which of them live. Works on AWS and on the local cloud alike.',
  )
  .addHelpText(
    'after',
    `
Exit codes: 0 done · 1 it failed · 2 the input was wrong · 3 --wait ran out of time
Credentials and Region come from the standard AWS environment (AWS_PROFILE, AWS_REGION, AWS_ENDPOINT_URL, …).

Examples:
  $ keyturn status
  $ keyturn rotate openai --wait
  $ keyturn status --endpoint http://127.0.0.1:4566      # the local cloud that npm start runs`,
  )
  .version(packageJson.version)
  .showHelpAfterError('See: keyturn --help')
  .configureOutput({ outputError: (message, write) => write(`keyturn: ${message.replace(/^error: /, '')}`) })
  .exitOverride((exit) => process.exit(exit.exitCode === 0 ? 0 : EXIT.badInput))

withCommon(program.command('status'))
  .description('show secrets, versions, deadlines, the next rotation and the last error; never a value')
  .argument('[names...]', 'full names, or unique ends of names; all secrets when left out')
  .option('--stack <stack>', 'only secrets of this stack, such as keyturn/dev')
  .addHelpText(
    'after',
    '\nExamples:\n  $ keyturn status\n  $ keyturn status openai mobile-app\n  $ keyturn status --json | jq ".secrets[].nextRotation"',
  )
  .action((names: string[], options: CommonOptions & StatusOptions) =>
    run(options, async (session) => console.log(await status(session, names, options))),
  )

withCommon(program.command('rotate'))
  .description('start a rotation now, as the console\'s "Rotate secret immediately" does')
  .argument('<names...>', 'full names, or unique ends of names')
  .option('--grace <period>', `how long the old key goes on working, for this rotation only: ${ALLOWED_GRACE}`)
  .option('--wait', 'wait until the new version is current')
  .option('--timeout <seconds>', 'how long --wait waits', seconds, 900)
  .option(
    '--value-from <file>',
    'the next value of a supplied secret, from a file or standard input (-); waits as --wait does',
  )
  .addHelpText(
    'after',
    `
Examples:
  $ keyturn rotate openai --wait                              # planned: the configured grace
  $ keyturn rotate mobile-app --grace 1h --wait               # a shorter grace, this time only
  $ keyturn rotate openai --grace revoke-now --wait           # leaked: the old key dies at once
  $ keyturn rotate telegram-bot --value-from - --wait < token # a value that only you can obtain`,
  )
  .action(
    (
      names: string[],
      options: CommonOptions & Pick<RotateOptions, 'grace' | 'wait' | 'timeout'> & { valueFrom?: string },
    ) =>
      run(options, async (session) => {
        const value = options.valueFrom === undefined ? undefined : await readValue(options.valueFrom)
        const style = options.json ? 'none' : process.stdout.isTTY ? 'live' : 'lines'
        const progress = { style, print: (line: string) => console.log(line) } as const
        const result = await rotate(session, names, {
          ...options,
          value,
          progress,
          clock: systemClock,
          random: systemRandom,
        })
        report(result, options)
      }),
  )

withCommon(program.command('end'))
  .description('revoke what Keyturn made for a secret, so that it can be deleted or taken out of the inventory')
  .argument('<name>', 'full name, or unique end of a name')
  .option('--yes', 'do it; without this, say what would be revoked')
  .addHelpText(
    'after',
    `
Examples:
  $ keyturn end openai                                        # what would be revoked; changes nothing
  $ keyturn end openai --yes                                  # revoke its keys at the provider, the current one too`,
  )
  .action((name: string, options: CommonOptions & { yes?: boolean }) =>
    run(options, async (session) => {
      const result = await end(session, name, options.yes === true)
      console.log(options.json ? JSON.stringify(result, undefined, 2) : describeEnd(result))
    }),
  )

withCommon(program.command('value'))
  .description('print the current value of one secret; the one command that prints a secret')
  .argument('<name>', 'full name, or unique end of a name')
  .option('--field <field>', 'one field of a JSON value, such as apiKey')
  .addHelpText(
    'after',
    '\nExamples:\n  $ keyturn value mobile-app\n  $ curl -H "Authorization: Bearer $(keyturn value mobile-app)" …',
  )
  .action((name: string, options: CommonOptions & { field?: string }) =>
    run(options, async (session) => {
      const found = await value(session, name, options.field)
      console.log(options.json ? JSON.stringify(found, undefined, 2) : found.value)
    }),
  )

await program.parseAsync()

function withCommon(command: Command): Command {
  return command
    .option('--endpoint <url>', 'talk to this endpoint instead of AWS, such as http://127.0.0.1:4566')
    .option('--region <region>', 'AWS Region; AWS_REGION unless given')
    .option('--json', 'print JSON, errors included')
    .copyInheritedSettings(program)
}

async function run(options: CommonOptions, action: (session: AwsSession) => Promise<void>): Promise<void> {
  let target = options.endpoint ?? 'AWS'
  try {
    const session = openSession(options, process.env, systemClock.now)
    target = session.target
    await action(session)
  } catch (thrown) {
    const error = explain(thrown, target)
    if (options.json) console.log(JSON.stringify({ error }, undefined, 2))
    else complain(error)
    process.exitCode = ERROR_CODES[error.code].exit
  }
}

function report({ rotated, failed }: RotateResult, { json }: CommonOptions): void {
  if (json) console.log(JSON.stringify({ rotated, failed }, undefined, 2))
  else {
    for (const { error } of failed) complain(error)
    const started = rotated.filter(({ state }) => state === 'started').map(({ name }) => name)
    if (started.length > 0) console.log(`Follow with: keyturn status ${started.join(' ')}`)
  }
  // A failure weighs more than a wait that ran out: of the two it is the one that ends by itself.
  const codes = failed.map(({ error }) => ERROR_CODES[error.code].exit)
  if (codes.length > 0) process.exitCode = Math.min(...codes)
}

function complain(error: KeyturnError): void {
  console.error(`keyturn: ${redactText(error.message)} [${error.code}]`)
}

function seconds(argument: string): number {
  if (/^[1-9]\d{0,5}$/.test(argument)) return Number(argument)
  throw new InvalidArgumentError('Allowed: whole seconds from 1 to 999999.')
}
