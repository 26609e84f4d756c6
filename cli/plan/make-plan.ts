import { KeyturnError } from '../../core/errors.ts'
import { checkStackFile } from '../../infra/config/parse.ts'
import type { StackSettings } from '../../infra/config/schema.ts'
import { loadStackFile, type StackFile } from '../../infra/config/stack-file.ts'
import type { AwsSession } from '../aws/session.ts'
import { type Busy, busiest } from './busiest.ts'
import type { Changes } from './changes.ts'
import type { FoundFile } from './find-file.ts'
import { type PlannedSecret, planRotations } from './rotations.ts'

export interface Plan {
  readonly file: FoundFile
  readonly settings: StackSettings
  readonly from: Date
  readonly days: number
  readonly secrets: readonly PlannedSecret[]
  readonly busiest: readonly Busy[]
  /** Secrets whose first value a person has yet to set. */
  readonly missingValues: readonly string[]
  /** Undefined when no running stack was looked at. */
  readonly against: { readonly target: string; readonly changes: Changes } | undefined
}

export interface PlanOptions {
  readonly days: number
  now(): Date
  /** Opens a session with AWS in a Region; undefined to look at the file alone. */
  readonly openSession: ((region: string | undefined) => Promise<AwsSession>) | undefined
}

/**
 * Checks a stack's file, and says what rotates when; with a session, also what `pulumi up` would change.
 * @throws ProblemsError `config-invalid`, `config-values-clear` with every mistake in the file
 */
export async function makePlan(found: FoundFile, { days, now, openSession }: PlanOptions): Promise<Plan> {
  const file = await loadStackFile(found.path, found.name)
  const { settings, missing } = checkStackFile(file)
  const standing = openSession && (await lookAt(found, file, openSession))
  const from = standing?.session.now() ?? now()
  const secrets = planRotations(settings.secrets, { from, days, ...(standing && { running: standing.secrets }) })
  const against = standing && {
    target: standing.session.target,
    changes: standing.compare(settings.secrets, standing.secrets),
  }
  standing?.session.client.destroy()
  return { file: found, settings, from, days, secrets, busiest: busiest(secrets), missingValues: missing, against }
}

async function lookAt(
  { stackTag, name }: FoundFile,
  { region }: StackFile,
  openSession: NonNullable<PlanOptions['openSession']>,
) {
  if (stackTag === undefined) {
    throw new KeyturnError('option-invalid', `${name} does not tell its stack. Give it: --stack dev`)
  }
  const { compare, readStanding } = await import('./changes.ts')
  const session = await openSession(region)
  return { session, compare, secrets: await readStanding(session, stackTag) }
}
