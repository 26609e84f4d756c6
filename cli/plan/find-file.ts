import { readdir, readFile, stat } from 'node:fs/promises'
import { basename, dirname, join, relative, resolve } from 'node:path'
import { KeyturnError } from '../../core/errors.ts'

export interface FoundFile {
  readonly path: string
  /** As a reader in `cwd` would call it. */
  readonly name: string
  /** `dev`; undefined for a file that is called otherwise than Pulumi.<stack>.yaml. */
  readonly stack: string | undefined
  /** The value of the tag on the stack's secrets, `keyturn/dev`, where the stack is known. */
  readonly stackTag: string | undefined
}

export interface FileOptions {
  /** `dev` or `keyturn/dev`. */
  readonly stack?: string | undefined
  readonly file?: string | undefined
}

/**
 * The stack's file that is meant: the one that is named, or the stack's own, from `cwd` on upwards.
 * @throws KeyturnError `option-invalid`, `stack-file-unreadable` naming the files that there are
 */
export async function findFile(options: FileOptions, cwd: string): Promise<FoundFile> {
  const stack = options.stack?.split('/').at(-1)
  if (stack !== undefined && !/^[\w.-]{1,100}$/.test(stack)) {
    throw new KeyturnError(
      'option-invalid',
      `--stack ${JSON.stringify(options.stack)} is no stack. Allowed: a name such as dev.`,
    )
  }
  const wanted = options.file ?? `Pulumi.${stack ?? 'dev'}.yaml`
  const directory = options.file === undefined ? await nearestWith(wanted, cwd) : dirname(resolve(cwd, wanted))
  const path = resolve(directory, options.file === undefined ? wanted : basename(wanted))
  if (!(await exists(path))) throw await missing(wanted, directory)
  const ofFile = /^Pulumi\.(.+)\.ya?ml$/.exec(basename(path))?.[1]
  const known = stack ?? ofFile
  return {
    path,
    name: options.file ?? (relative(cwd, path) || path),
    stack: known,
    stackTag: known === undefined ? undefined : `${await projectName(directory)}/${known}`,
  }
}

/** The nearest folder, from one on upwards, that has the file or at least a Pulumi.yaml, beside which it would stand. */
async function nearestWith(file: string, from: string): Promise<string> {
  for (let directory = from; ; directory = dirname(directory)) {
    if ((await exists(join(directory, file))) || (await exists(join(directory, 'Pulumi.yaml')))) return directory
    if (directory === dirname(directory)) return from
  }
}

/** `name` of Pulumi.yaml; the shipped one's where there is none. */
async function projectName(directory: string): Promise<string> {
  const text = await readFile(join(directory, 'Pulumi.yaml'), 'utf8').catch(() => '')
  return /^name:\s*["']?([\w.-]+)/m.exec(text)?.[1] ?? 'keyturn'
}

async function missing(file: string, directory: string): Promise<Error> {
  const names = await readdir(directory).catch((): string[] => [])
  const files = names.filter((name) => /^Pulumi\..+\.ya?ml$/.test(name)).sort()
  const there =
    files.length > 0
      ? `Stack files there: ${files.join(', ')}. Give one with --stack or --file.`
      : 'There is no stack file (Pulumi.<stack>.yaml) there. Go to the folder of your Pulumi.yaml, or give one with --file.'
  return new KeyturnError('stack-file-unreadable', `There is no ${file} in ${directory}. ${there}`)
}

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  )
