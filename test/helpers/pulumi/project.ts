import { readFileSync, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { parse } from 'yaml'

/** How Pulumi's CLI starts a project's program. */
export interface Project {
  readonly name: string
  /** Folder that the program runs in: that of its entry, as the CLI does it (pkg/engine/project.go, getPwdMain). */
  readonly pwd: string
  readonly entry: string
  /** Arguments for Node itself (runtime.options.nodeargs). */
  readonly nodeArgs: readonly string[]
  /** Whether the CLI loads ts-node first; its default is true. */
  readonly typescript: boolean
}

interface ProjectFile {
  name: string
  main?: string
  runtime: string | { name: string; options?: { typescript?: boolean; nodeargs?: string } }
}

export function readProject(directory: string): Project {
  const file = parse(readFileSync(join(directory, 'Pulumi.yaml'), 'utf8')) as ProjectFile
  const main = join(directory, file.main ?? '.')
  const isFolder = statSync(main).isDirectory()
  const options = typeof file.runtime === 'string' ? {} : (file.runtime.options ?? {})
  return {
    name: file.name,
    pwd: isFolder ? main : dirname(main),
    entry: isFolder ? '.' : basename(main),
    nodeArgs: options.nodeargs?.split(' ').filter(Boolean) ?? [],
    typescript: options.typescript ?? true,
  }
}
