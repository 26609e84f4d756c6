import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parse } from 'yaml'
import { type Problem, ProblemsError } from '../../core/errors.ts'
import { formatPath } from './problems.ts'

const VALUES = 'keyturn:values'

/**
 * Looks at how first values stand in a stack's file: what Pulumi hands to a program is decrypted already, and counts as
 * secret as a whole when one part of it is.
 * @throws ProblemsError `config-values-clear` naming each that stands there in clear, and never quoting one
 */
export async function assertValuesEncrypted(directory: string, stack: string): Promise<void> {
  const problems = clearValues(await readStored(join(directory, `Pulumi.${stack}.yaml`)), ['values'])
  if (problems.length > 0) throw valuesInClear(problems)
}

export const valuesInClear = (problems: readonly Problem[]): Error =>
  new ProblemsError('config-values-clear', 'The stack config holds secrets in clear; nothing was changed:', problems)

export const inClear = (path: readonly string[]): Problem => ({
  path: formatPath(path),
  message: `must be encrypted. Remove it from the file, set it with: pulumi config set --secret --path 'keyturn:${path[1] === undefined ? 'values.<name>' : formatPath(path)}', and renew what stood there`,
})

/** Undefined where the file is elsewhere; Pulumi itself has read it, or refused to. */
async function readStored(file: string): Promise<unknown> {
  const text = await readFile(file, 'utf8').catch(() => undefined)
  if (text === undefined) return undefined
  const config = parse(text)?.config ?? {}
  // Pulumi takes a key without a namespace for one of the project's.
  return config[VALUES] ?? config.values
}

/** Everything that is not `{ secure: … }`. */
function clearValues(stored: unknown, path: readonly string[]): readonly Problem[] {
  if (stored === undefined || stored === null) return []
  if (typeof stored !== 'object' || Array.isArray(stored)) return [inClear(path)]
  const fields = Object.entries(stored)
  if (fields.length === 1 && typeof fields[0]?.[1] === 'string' && fields[0][0] === 'secure') return []
  return fields.flatMap(([name, value]) => clearValues(value, [...path, name]))
}
