import { Command } from 'commander'
import { EXIT } from '../core/error-codes.ts'
import packageJson from '../package.json' with { type: 'json' }
import { fitted } from './output/help.ts'
import type { Verb } from './verb.ts'

/**
 * Every verb, in the order in which the help shows them. A new one is a file in commands/ and a line here. Only the one
 * that is asked for is loaded: what talks to AWS takes a while to load, and `plan` talks to nobody.
 */
const VERBS: Readonly<Record<string, () => Promise<Verb>>> = {
  plan: async () => (await import('./commands/plan.ts')).planVerb,
  status: async () => (await import('./commands/status.ts')).statusVerb,
  rotate: async () => (await import('./commands/rotate.ts')).rotateVerb,
  grace: async () => (await import('./commands/grace.ts')).graceVerb,
  revoke: async () => (await import('./commands/revoke.ts')).revokeVerb,
  rollback: async () => (await import('./commands/rollback.ts')).rollbackVerb,
  end: async () => (await import('./commands/end.ts')).endVerb,
  value: async () => (await import('./commands/value.ts')).valueVerb,
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
    fitted(`
NAME is a full name, or an end of one that is unique and begins after "/" or "-": openai for keyturn/dev/openai.

Exit codes: 0 done · 1 it failed · 2 the input was wrong · 3 --wait ran out of time · 4 status --check found something
Credentials and Region come from the standard AWS environment (AWS_PROFILE, AWS_REGION, AWS_ENDPOINT_URL, …).
An endpoint on this machine is the local cloud: AWS's own keys and profiles are not sent there, local / local is used in their place.

Examples:
  $ keyturn plan                                         # check the stack config, and see what will rotate when
  $ keyturn status
  $ keyturn rotate openai --wait
  $ keyturn rollback openai
  $ keyturn status --endpoint http://127.0.0.1:4566      # the local cloud that npm start runs`),
  )
  .version(packageJson.version)
  // --version after a verb is that verb's own.
  .enablePositionalOptions()
  .showHelpAfterError('See: keyturn --help')
  .configureOutput({ outputError: (message, write) => write(`keyturn: ${message.replace(/^error: /, '')}`) })
  .exitOverride((exit) => process.exit(exit.exitCode === 0 ? 0 : EXIT.badInput))

const asked = Object.entries(VERBS).filter(([verb]) => verb === process.argv[2])
// Commands inherit the settings above when they are made.
for (const [, load] of asked.length > 0 ? asked : Object.entries(VERBS)) (await load())(program)

const given = process.argv.slice(2)
// Help is for verbs that there are: without it, the name is refused, and one that is alike is offered.
const known =
  given[0]?.startsWith('-') || given[0] === 'help' || program.commands.some((verb) => verb.name() === given[0])
const args = known ? given : given.filter((argument) => !['-h', '--help'].includes(argument))
await program.parseAsync(args, { from: 'user' })
