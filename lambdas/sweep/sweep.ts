import { ListSecretsCommand } from '@aws-sdk/client-secrets-manager'
import { SECOND } from '../../core/clock.ts'
import { KeyturnError } from '../../core/errors.ts'
import { TAG } from '../../core/tags.ts'
import { forEachBounded } from './bounded.ts'
import { conditionsOf } from './conditions.ts'
import { type ExamineOptions, examine } from './examine.ts'
import { dueOf, readSecret, type SweptSecret } from './secret.ts'

export interface SweepOptions extends ExamineOptions {
  /** Milliseconds that this sweep may take in all. */
  readonly withinMs: number
  /** Milliseconds that one secret's rotation function may take before the sweep goes on without it. */
  readonly perSecretMs?: number
}

export interface SweepReport {
  secrets: number
  retired: number
  /** Versions that were moved by hand and have their grace now. */
  ordered: number
  /** Messages sent to people. */
  told: number
  /** Secrets on which something stands that a person must mend. */
  standing: number
  /** Steps that rotation functions did not do; the next sweep asks again. */
  failed: string[]
  /** Secrets that had something due when the sweep's time was over. */
  notReached: string[]
}

/** At once; each waits for a rotation function, which works for one secret at a time. */
const SECRETS_AT_ONCE = 8
export const PER_SECRET_MS = 60 * SECOND
/** Kept back for telling what stands on the secrets that were not reached. */
const TELLING_MS = 20 * SECOND

/**
 * Retires every version whose grace is over (A5), orders labels that were moved by hand (B19), and tells people what
 * stands. It decides from labels and leaves each deed to the secret's own rotation function, several secrets at once:
 * one whose target hangs delays no other.
 * @throws KeyturnError `sweep-incomplete` (retryable) after everything has been tried, when its own calls failed
 */
export async function sweep(options: SweepOptions): Promise<SweepReport> {
  const { clock, log, perSecretMs = PER_SECRET_MS } = options
  const began = clock.monotonic()
  const left = (): number => options.withinMs - TELLING_MS - (clock.monotonic() - began)
  const report: SweepReport = { secrets: 0, retired: 0, ordered: 0, told: 0, standing: 0, failed: [], notReached: [] }
  const broken: string[] = []
  const notable: SweptSecret[] = []
  for await (const secret of listSecrets(options)) {
    report.secrets++
    if (isNotable(secret, clock.now())) notable.push(secret)
  }

  // What stood already goes last: should its target hang again, everything else has been seen to.
  const standsAlready = ({ tags }: SweptSecret): number => (tags[TAG.told] ? 1 : 0)
  notable.sort((one, other) => standsAlready(one) - standsAlready(other))
  await forEachBounded(notable, SECRETS_AT_ONCE, async (secret) => {
    const actWithinMs = Math.max(Math.min(perSecretMs, left()), 0)
    if (actWithinMs === 0 && hasWork(secret, clock.now())) report.notReached.push(secret.name)
    try {
      const { outcome, conditions, told } = await examine(options, secret.arn, { actWithinMs })
      report.retired += outcome.retired.length
      report.ordered += outcome.ordered.length
      report.told += told
      if (conditions.length > 0) report.standing++
      for (const { step, versionId, reason } of outcome.failures) {
        report.failed.push(
          `${secret.name}: ${step}${versionId === undefined ? '' : ` of version ${versionId}`}: ${reason}`,
        )
      }
    } catch (error) {
      log.error({ error, secret: secret.name }, 'the secret could not be examined')
      broken.push(`${secret.name} (${error instanceof Error ? error.name : 'unknown error'})`)
    }
  })

  log.info({ ...report, failed: report.failed.length, notReached: report.notReached.length }, 'swept')
  if (report.notReached.length > 0)
    log.warn({ secrets: report.notReached }, 'the time was over before these were reached')
  if (broken.length === 0) return report
  throw new KeyturnError(
    'sweep-incomplete',
    `Not examined: ${broken.join(', ')}. Their keys may outlive their grace; the next sweep tries again. The sweeper's log tells why.`,
  )
}

async function* listSecrets({ secrets, stack }: SweepOptions): AsyncGenerator<SweptSecret> {
  let NextToken: string | undefined
  do {
    const page = await secrets.send(
      new ListSecretsCommand({
        MaxResults: 100,
        IncludePlannedDeletion: true,
        Filters: [{ Key: 'tag-key', Values: [TAG.stack] }],
        ...(NextToken !== undefined && { NextToken }),
      }),
    )
    // Filters match prefixes, so another stack's secrets may be among them.
    yield* (page.SecretList ?? [])
      .map((entry) => readSecret(entry, entry.SecretVersionsToStages))
      .filter(({ tags }) => tags[TAG.stack] === stack)
    NextToken = page.NextToken
  } while (NextToken !== undefined)
}

/** Most secrets need no look of their own: nothing is due, nothing stands, and nobody has to hear that it is over. */
function isNotable(secret: SweptSecret, now: Date): boolean {
  const { [TAG.told]: told = '' } = secret.tags
  return told !== '' || hasWork(secret, now) || conditionsOf(secret, now, { failures: [], event: undefined }).length > 0
}

function hasWork(secret: SweptSecret, now: Date): boolean {
  const { order, retire } = dueOf(secret, now)
  return !secret.deleted && (order || retire.length > 0)
}
