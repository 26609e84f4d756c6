import { readFile } from 'node:fs/promises'
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
 * @throws KeyturnError `stack-file-unreadable` (needs-human) naming the file
 */
export async function readStackFiles(directory: string, stack: string): Promise<StackFiles> {
  const { name } = await readYaml(join(directory, 'Pulumi.yaml'), projectFile)
  const { config } = await readYaml(join(directory, `Pulumi.${stack}.yaml`), stackFile)
  return {
    project: name,
    config: Object.fromEntries(
      Object.entries(config).map(([key, value]) => [key.includes(':') ? key : `${name}:${key}`, value]),
    ),
  }
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
  if (cause instanceof YAMLParseError) return `it is not valid YAML at line ${cause.linePos?.[0].line ?? '?'}.`
  if (cause instanceof z.ZodError) return `${cause.issues[0]?.path.join('.') || 'its content'} is missing or malformed.`
  return 'it does not exist or cannot be read.'
}
