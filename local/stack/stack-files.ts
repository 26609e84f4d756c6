import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parse, YAMLParseError } from 'yaml'
import { z } from 'zod'
import { KeyturnError } from '../../core/errors.ts'

export interface StackFiles {
  /** Project name in Pulumi.yaml. */
  readonly project: string
  /** `config` of Pulumi.<stack>.yaml as written, keys with their namespace. */
  readonly config: Readonly<Record<string, unknown>>
}

const projectFile = z.looseObject({ name: z.string() })
const stackFile = z.looseObject({ config: z.record(z.string(), z.unknown()).default({}) })

/**
 * Reads a Pulumi project's file and that of one stack.
 * @throws KeyturnError `stack-file-unreadable` naming the file, and the stacks that there are when it is missing
 */
export async function readStackFiles(directory: string, stack: string): Promise<StackFiles> {
  const stacks = await stackNames(directory)
  if (!stacks.includes(stack)) throw unknownStack(stack, stacks)
  const { name } = await readYaml(join(directory, 'Pulumi.yaml'), projectFile)
  const { config } = await readYaml(join(directory, `Pulumi.${stack}.yaml`), stackFile)
  return {
    project: name,
    config: Object.fromEntries(
      Object.entries(config).map(([key, value]) => [key.includes(':') ? key : `${name}:${key}`, value]),
    ),
  }
}

/** The stacks that have a file, by name. */
async function stackNames(directory: string): Promise<readonly string[]> {
  const files = await readdir(directory).catch(() => [])
  return files.flatMap((file) => STACK_FILE.exec(file)?.[1] ?? []).sort()
}

const STACK_FILE = /^Pulumi\.([\w.-]+)\.yaml$/

function unknownStack(stack: string, stacks: readonly string[]): KeyturnError {
  const known = stacks.length > 0 ? `Allowed: ${stacks.join(', ')}.` : 'There is no stack file at all.'
  return new KeyturnError('stack-file-unreadable', `There is no Pulumi.${stack}.yaml. ${known}`)
}

async function readYaml<Output>(path: string, schema: z.ZodType<Output>): Promise<Output> {
  try {
    return schema.parse(parse(await readFile(path, 'utf8')))
  } catch (cause) {
    throw new KeyturnError('stack-file-unreadable', `${path} cannot be used: ${reason(cause)}`, cause)
  }
}

/** Without what a file holds: it may be a secret. */
function reason(cause: unknown): string {
  if ((cause as NodeJS.ErrnoException).code === 'EACCES') return 'this user may not read it.'
  if (cause instanceof YAMLParseError) return `it is not valid YAML at line ${cause.linePos?.[0].line ?? '?'}.`
  if (cause instanceof z.ZodError) return `${cause.issues[0]?.path.join('.') || 'its content'} is missing or malformed.`
  return 'it does not exist or cannot be read.'
}
