import { existsSync } from 'node:fs'
import { relative } from 'node:path'
import { KeyturnError } from '../core/errors.ts'
import type { FunctionName } from './bundle/paths.ts'
import { functionBundle, proxyBundle, proxyDockerfile, repository } from './bundle/paths.ts'

/** What was built, and is now uploaded. */
export interface Artifacts {
  /** Path of a function's bundle. */
  readonly functions: Readonly<Record<FunctionName, string>>
  readonly proxy: ProxyArtifacts
}

export interface ProxyArtifacts {
  /** Folder that the Dockerfile copies from. */
  readonly context: string
  readonly dockerfile: string
  /** Files whose content makes the image what it is. */
  readonly sources: readonly string[]
}

/**
 * What `npm run build` leaves in dist/.
 * @throws KeyturnError `artifact-missing` (needs-human)
 */
export function builtArtifacts(): Artifacts {
  const functions = {
    generated: functionBundle('generated'),
    provider: functionBundle('provider'),
    supplied: functionBundle('supplied'),
    sweeper: functionBundle('sweeper'),
  }
  const missing = [...Object.values(functions), proxyBundle()].find((file) => !existsSync(file))
  if (missing !== undefined) {
    throw new KeyturnError('artifact-missing', `${relative(repository, missing)} is missing. Run: npm run build`)
  }
  const dockerfile = proxyDockerfile()
  const sources = [proxyBundle(), dockerfile]
  return { functions, proxy: { context: repository, dockerfile, sources } }
}
