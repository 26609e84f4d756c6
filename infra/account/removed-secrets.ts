import { getSecret } from '@pulumi/aws/secretsmanager/getSecret.js'
import { getSecrets } from '@pulumi/aws/secretsmanager/getSecrets.js'
import { getSecretVersions } from '@pulumi/aws/secretsmanager/getSecretVersions.js'
import { isEnded } from '../../core/ended.ts'
import { type Problem, ProblemsError } from '../../core/errors.ts'
import { secretName } from '../../core/secret-name.ts'
import { TAG } from '../../core/tags.ts'
import type { VersionLabels } from '../../core/versions.ts'
import { strategies } from '../../lambdas/strategies/find-strategy.ts'
import type { SecretSettings } from '../config/schema.ts'
import type { Naming } from '../naming.ts'

/** A secret of this stack that the config no longer lists, and whose keys have been revoked. */
export interface RemovedSecret {
  readonly arn: string
  readonly family: string | undefined
}

/**
 * The stack's secrets in AWS that this update will delete. Pulumi tells a program nothing of what it leaves out, so
 * AWS is asked: one list, and two calls for each secret that is about to go.
 * @throws ProblemsError `secrets-alive` naming every version that is alive in a secret that is no longer listed, or
 * that is to be made by another strategy, which could not revoke what this one made
 */
export async function findRemoved(
  configured: readonly SecretSettings[],
  naming: Naming,
): Promise<readonly RemovedSecret[]> {
  const wanted = new Map(configured.map(({ name, strategy }) => [naming.secret(name), strategy]))
  const { arns } = await getSecrets({
    filters: [
      { name: 'tag-key', values: [TAG.stack] },
      { name: 'tag-value', values: [naming.stackTag] },
    ],
  })
  const gone = arns.filter((arn) => !wanted.has(secretName(arn)))
  const found = await Promise.all([...gone, ...(await otherwiseMade(wanted))].map(look))
  const ours = found.filter(
    ({ name, tags }) => tags[TAG.stack] === naming.stackTag && tags[TAG.strategy] !== wanted.get(name),
  )
  const problems = ours.flatMap((secret) => problemOf(secret, wanted.get(secret.name)))
  if (problems.length > 0)
    throw new ProblemsError(
      'secrets-alive',
      'Keys would live on with nobody left to revoke them; nothing was changed:',
      problems,
    )
  return ours.map(({ arn, tags }) => ({ arn, family: strategies[tags[TAG.strategy] ?? '']?.family }))
}

/** Secrets that a strategy has made which revokes at a target, and that the config now gives to another. */
async function otherwiseMade(wanted: ReadonlyMap<string, string>): Promise<readonly string[]> {
  const kinds = Object.values(strategies).flatMap(({ kind, revoke }) => (revoke ? [kind] : []))
  const lists = kinds.map(async (kind) => {
    const { arns } = await getSecrets({
      filters: [
        { name: 'tag-key', values: [TAG.strategy] },
        { name: 'tag-value', values: [kind] },
      ],
    })
    return arns.filter((arn) => wanted.has(secretName(arn)) && wanted.get(secretName(arn)) !== kind)
  })
  return (await Promise.all(lists)).flat()
}

interface Found {
  readonly arn: string
  readonly name: string
  readonly tags: Readonly<Record<string, string>>
  readonly versions: VersionLabels
}

async function look(arn: string): Promise<Found> {
  const [{ tags, name }, { versions }] = await Promise.all([getSecret({ arn }), getSecretVersions({ secretId: arn })])
  const labels = versions.map(({ versionId, versionStages }): [string, string[]] => [versionId, versionStages])
  return { arn, name, tags, versions: Object.fromEntries(labels.filter(([, stages]) => stages.length > 0)) }
}

function problemOf({ name, tags, versions }: Found, strategy: string | undefined): Problem[] {
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
