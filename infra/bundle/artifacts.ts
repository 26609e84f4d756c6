import { existsSync } from 'node:fs'
import { relative } from 'node:path'
import { KeyturnError } from '../../core/errors.ts'
import { families } from '../../lambdas/strategies/find-strategy.ts'
import { functionBundle, proxyBundle, proxyDockerfile, repository, SWEEPER } from './paths.ts'

/** What was built, and is now uploaded. */
export interface Artifacts {
  /** Path of the bundle of each family's function, by the family's name. */
  readonly rotation: ReadonlyMap<string, string>
  readonly sweeper: string
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
  const rotation = new Map(families.map(({ name }) => [name, functionBundle(name)]))
  const sweeper = functionBundle(SWEEPER)
  const missing = [...rotation.values(), sweeper, proxyBundle()].find((file) => !existsSync(file))
  if (missing !== undefined) {
    throw new KeyturnError('artifact-missing', `${relative(repository, missing)} is missing. Run: npm run build`)
  }
  const dockerfile = proxyDockerfile()
  const sources = [proxyBundle(), dockerfile]
  return { rotation, sweeper, proxy: { context: repository, dockerfile, sources } }
}
