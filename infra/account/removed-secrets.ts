import { getSecret } from '@pulumi/aws/secretsmanager/getSecret.js'
import { getSecrets } from '@pulumi/aws/secretsmanager/getSecrets.js'
import { getSecretVersions } from '@pulumi/aws/secretsmanager/getSecretVersions.js'
import { ProblemsError } from '../../core/errors.ts'
import { secretName } from '../../core/secret-name.ts'
import { TAG } from '../../core/tags.ts'
import { strategies } from '../../lambdas/strategies/find-strategy.ts'
import { aliveProblem, type StandingSecret } from '../config/alive.ts'
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
  const problems = ours.flatMap((secret) => aliveProblem(secret, wanted.get(secret.name)))
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

interface Found extends StandingSecret {
  readonly arn: string
}

async function look(arn: string): Promise<Found> {
  const [{ tags, name }, { versions }] = await Promise.all([getSecret({ arn }), getSecretVersions({ secretId: arn })])
  const labels = versions.map(({ versionId, versionStages }): [string, string[]] => [versionId, versionStages])
  return { arn, name, tags, versions: Object.fromEntries(labels.filter(([, stages]) => stages.length > 0)) }
}
