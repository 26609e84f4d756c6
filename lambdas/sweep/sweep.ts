import { InvokeCommand, type LambdaClient } from '@aws-sdk/client-lambda'
import { ListSecretsCommand, type SecretListEntry, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import type { Clock } from '../../core/clock.ts'
import { retryable } from '../../core/errors.ts'
import type { Logger } from '../../core/log.ts'
import { TAG } from '../../core/tags.ts'
import { readKeySet } from '../../core/versions.ts'

export interface SweepOptions {
  secrets: SecretsManagerClient
  lambda: LambdaClient
  /** `<project>/<stack>`: only secrets that carry it in their tag are looked at. */
  stack: string
  clock: Clock
  log: Logger
}

export interface SweepReport {
  secrets: number
  retired: number
  /** Versions whose grace label cannot be read: refused by the proxy, still alive at the target. */
  malformed: number
}

/**
 * Retires every version whose grace is over (A5). It decides from labels and leaves the deed to the secret's own
 * rotation function, which alone may reach the target.
 * @throws KeyturnError `sweep-incomplete` (retryable) after everything has been tried, when some of it failed
 */
export async function sweep(options: SweepOptions): Promise<SweepReport> {
  const report: SweepReport = { secrets: 0, retired: 0, malformed: 0 }
  const failed: string[] = []
  for await (const secret of listSecrets(options)) {
    report.secrets++
    const { expired, malformed } = readKeySet(secret.SecretVersionsToStages ?? {}, options.clock.now())
    for (const { versionId, labels } of malformed) {
      report.malformed++
      options.log.warn(
        { secret: secret.Name, version: versionId, labels },
        'unreadable grace label: correct it by hand, it is never retired',
      )
    }
    for (const { versionId } of expired) {
      if (await retire(options, secret, versionId)) report.retired++
      else failed.push(`${secret.Name} (version ${versionId})`)
    }
  }
  options.log.info({ ...report, failed: failed.length }, 'swept')
  if (failed.length > 0) {
    throw retryable(
      'sweep-incomplete',
      `Not retired: ${failed.join(', ')}. Their keys are refused by the proxy but may still live at the target; the next sweep tries again. The rotation function's log tells why.`,
    )
  }
  return report
}

async function* listSecrets({ secrets, stack }: SweepOptions): AsyncGenerator<SecretListEntry> {
  let NextToken: string | undefined
  do {
    const page = await secrets.send(
      new ListSecretsCommand({
        MaxResults: 100,
        Filters: [{ Key: 'tag-key', Values: [TAG.stack] }],
        ...(NextToken !== undefined && { NextToken }),
      }),
    )
    // Filters match prefixes, so another stack's secrets may be among them.
    yield* (page.SecretList ?? []).filter((secret) =>
      secret.Tags?.some(({ Key, Value }) => Key === TAG.stack && Value === stack),
    )
    NextToken = page.NextToken
  } while (NextToken !== undefined)
}

async function retire({ lambda, log }: SweepOptions, secret: SecretListEntry, versionId: string): Promise<boolean> {
  if (secret.RotationLambdaARN === undefined) {
    log.error(
      { secret: secret.Name, version: versionId },
      'no rotation function on this secret: run pulumi up to restore it',
    )
    return false
  }
  try {
    const { FunctionError } = await lambda.send(
      new InvokeCommand({
        FunctionName: secret.RotationLambdaARN,
        Payload: JSON.stringify({ Step: 'retireSecret', SecretId: secret.ARN, VersionId: versionId }),
      }),
    )
    if (FunctionError !== undefined)
      log.error({ secret: secret.Name, version: versionId }, 'the rotation function failed to retire')
    return FunctionError === undefined
  } catch (error) {
    log.error({ error, secret: secret.Name, version: versionId }, 'the rotation function could not be invoked')
    return false
  }
}
