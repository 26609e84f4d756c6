import type { Command } from 'commander'
import { systemClock } from '../core/clock.ts'
import type { KeyturnError } from '../core/errors.ts'
import { printError } from '../core/print-error.ts'
import { redactText } from '../core/redact.ts'
import { explain } from './aws/explain.ts'
import type { AwsSession } from './aws/session.ts'
import { exitCode } from './exit-codes.ts'
import type { ProgressOptions } from './output/progress.ts'

/** Adds one verb to the command line: its arguments, its options, its help, and what it does. */
export type Verb = (program: Command) => void

/** Options of every verb that talks to AWS. */
export interface CommonOptions {
  endpoint?: string
  region?: string
  json?: boolean
}

/** A verb that talks to AWS, with the options that all of those have. */
export function awsVerb(program: Command, name: string): Command {
  return program
    .command(name)
    .option('--endpoint <url>', 'talk to this endpoint instead of AWS, such as http://127.0.0.1:4566')
    .option('--region <region>', 'AWS Region; AWS_REGION unless given')
    .option('--json', 'print JSON, errors included')
}

/** Runs a verb with a session of its own, and turns what it throws into a message and an exit code. */
export async function withSession(
  options: CommonOptions,
  action: (session: AwsSession) => Promise<void>,
): Promise<void> {
  let target = options.endpoint ?? 'AWS'
  try {
    const { openSession } = await import('./aws/session.ts')
    const session = openSession(options, process.env, systemClock.now)
    target = session.target
    await action(session)
  } catch (thrown) {
    const error = explain(thrown, target)
    if (options.json) printJson({ error })
    else complain(error)
    process.exitCode = exitCode(error)
  }
}

export const printJson = (value: unknown): void => console.log(JSON.stringify(value, undefined, 2))

export function complain(error: KeyturnError): void {
  console.error(`keyturn: ${redactText(printError(error))}`)
}

/** How a verb that takes its time tells what it does: on a terminal in place, elsewhere line by line, in JSON not at all. */
export const progressFor = ({ json }: CommonOptions): ProgressOptions => ({
  style: json ? 'none' : process.stdout.isTTY ? 'live' : 'lines',
  print: (line) => console.log(line),
})
