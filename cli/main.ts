import { Command } from 'commander'
import packageJson from '../package.json' with { type: 'json' }
import { endVerb } from './commands/end.ts'
import { rotateVerb } from './commands/rotate.ts'
import { statusVerb } from './commands/status.ts'
import { valueVerb } from './commands/value.ts'
import { EXIT } from './exit-codes.ts'
import type { Verb } from './verb.ts'

/** Every verb, in the order in which the help shows them. A new one is a file in commands/ and a line here. */
const VERBS: readonly Verb[] = [statusVerb, rotateVerb, endVerb, valueVerb]

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

// Commands inherit the settings above when they are made.
for (const verb of VERBS) verb(program)

await program.parseAsync()
