import { RunError } from '@pulumi/pulumi'
import { KeyturnError } from '../core/errors.ts'
import { printError } from '../core/print-error.ts'
import { program } from './program.ts'

/** Mistakes in the config are the reader's, not the program's: Pulumi shows a RunError without a stack trace. */
const outputs = await program().catch((error: unknown) => {
  throw error instanceof KeyturnError ? new RunError(printError(error)) : error
})

export const { secrets, keys, rotationFunctions, sweeper, notifications, network, proxyUrl } = outputs
