import type { Command } from 'commander'
import { systemClock } from '../core/clock.ts'
import { ERROR_CODES, nextAction } from '../core/error-codes.ts'
import type { KeyturnError } from '../core/errors.ts'
import { printError } from '../core/print-error.ts'
import { redactText } from '../core/redact.ts'
import { explain } from './aws/explain.ts'
import type { AwsSession } from './aws/session.ts'
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

/**
 * Runs a verb with a session of its own, and turns what it throws into a message and an exit code.
 * @param name what the person called the secret, for the next action of an error in JSON
 */
export async function withSession(
  options: CommonOptions,
  action: (session: AwsSession) => Promise<void>,
  name = 'NAME',
): Promise<void> {
  let target = options.endpoint ?? 'AWS'
  try {
    const { openSession } = await import('./aws/session.ts')
    const session = openSession(options, process.env, systemClock.now)
    target = session.target
    if (session.notice && !options.json) console.error(`keyturn: ${session.notice}`)
    await action(session)
  } catch (thrown) {
    const error = explain(thrown, target, process.env)
    if (options.json) printJson({ error: withNextAction(error, name) })
    else complain(error)
    process.exitCode = ERROR_CODES[error.code].exit
  }
}

/** An error as JSON tells it: what to do about it stands apart from what has happened. */
export const withNextAction = (error: KeyturnError, name: string): object => ({
  ...error.toJSON(),
  nextAction: nextAction(error.code, name),
})

export const printJson = (value: unknown): void => console.log(JSON.stringify(value, undefined, 2))

/** Tells a result: as JSON where that is asked for, else in words. */
export function show({ json }: CommonOptions, result: unknown, words: string): void {
  if (json) printJson(result)
  else console.log(words)
}

export function complain(error: KeyturnError): void {
  console.error(`keyturn: ${redactText(printError(error))}`)
}

/** How a verb that takes its time tells what it does: on a terminal in place, elsewhere line by line, in JSON not at all. */
export const progressFor = ({ json }: CommonOptions): ProgressOptions => ({
  style: json ? 'none' : process.stdout.isTTY ? 'live' : 'lines',
  print: (line) => console.log(line),
})
