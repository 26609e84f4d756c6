import { isEnded } from '../../core/ended.ts'
import type { Problem } from '../../core/errors.ts'
import { TAG } from '../../core/tags.ts'
import type { VersionLabels } from '../../core/versions.ts'
import { strategies } from '../../lambdas/strategies/find-strategy.ts'

/** A secret of the stack as it stands in AWS. */
export interface StandingSecret {
  readonly name: string
  readonly tags: Readonly<Record<string, string>>
  /** Those with labels. */
  readonly versions: VersionLabels
}

/** The same for a secret that the config gives to another strategy: only what revokes at a target must be there to do it. */
export function otherwiseMadeProblem(secret: StandingSecret, strategy: string): Problem[] {
  const was = secret.tags[TAG.strategy] ?? ''
  const revokes = Object.hasOwn(strategies, was) && strategies[was]?.revoke !== undefined
  return revokes && was !== strategy ? aliveProblem(secret, strategy) : []
}

/**
 * Why a secret may not go, or be given to another `strategy`: keys of it are alive, and what made them would not be there
 * any more to revoke them (decision 026). Undefined `strategy` means that the config does not list it.
 */
export function aliveProblem({ name, tags, versions }: StandingSecret, strategy: string | undefined): Problem[] {
  const { [TAG.strategy]: was } = tags
  const alive = Object.entries(versions).map(([versionId, labels]) => `${versionId} (${labels.join(', ')})`)
  if (alive.length === 0 || isEnded(tags, versions)) return []
  const changed =
    strategy === undefined ? 'is no longer listed' : `was made by strategy "${was}" and is now to be "${strategy}"`
  const back = strategy === undefined ? 'List it again' : `Keep strategy "${was}"`
  return [
    {
      path: 'secrets',
      message:
        `${name} ${changed}, and ${alive.length === 1 ? 'a version of it is' : 'versions of it are'} alive: ${alive.join('; ')}. ` +
        `${back}, or revoke what it opens: keyturn end ${name} --yes (without --yes it says what it would revoke)`,
    },
  ]
}
