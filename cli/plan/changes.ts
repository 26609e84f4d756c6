import { formatGrace, parseGrace } from '../../core/grace.ts'
import { scheduleStays } from '../../core/kept-schedule.ts'
import { secretName } from '../../core/secret-name.ts'
import { TAG } from '../../core/tags.ts'
import type { VersionLabels } from '../../core/versions.ts'
import { aliveProblem, otherwiseMadeProblem } from '../../infra/config/alive.ts'
import { DEFAULT_WINDOW, type SecretSettings } from '../../infra/config/schema.ts'
import { listSecrets } from '../aws/list-secrets.ts'
import type { AwsSession } from '../aws/session.ts'
import type { Running } from './rotations.ts'

/** A secret of the running stack, as far as a stack config can change it. */
export interface StandingSecret extends Running {
  readonly name: string
  readonly tags: Readonly<Record<string, string>>
  readonly versions: VersionLabels
  readonly description: string | undefined
}

/** What `pulumi up` would change of the stack's secrets. */
export interface Changes {
  readonly added: readonly string[]
  readonly removed: readonly Removed[]
  readonly changed: readonly Changed[]
}

export interface Removed {
  readonly name: string
  /** Why `pulumi up` refuses, while keys of it are alive. */
  readonly refused: string | undefined
}

export interface Changed {
  readonly name: string
  readonly settings: readonly { readonly setting: string; readonly from: string; readonly to: string }[]
  readonly refused: string | undefined
}

/** The secrets that carry the stack's tag, by inventory name. Reads tags, labels and rotation rules, never a value. */
export async function readStanding(
  session: AwsSession,
  stackTag: string,
): Promise<ReadonlyMap<string, StandingSecret>> {
  const found = new Map<string, StandingSecret>()
  for await (const entry of listSecrets(session)) {
    const tags = Object.fromEntries((entry.Tags ?? []).map(({ Key = '', Value = '' }) => [Key, Value]))
    if (tags[TAG.stack] !== stackTag || entry.Name === undefined) continue
    const labels = Object.entries(entry.SecretVersionsToStages ?? {}).filter(([, stages]) => stages.length > 0)
    const { ScheduleExpression: schedule, Duration: window } = entry.RotationRules ?? {}
    found.set(inventoryName(entry.Name), {
      name: secretName(entry.Name),
      tags,
      versions: Object.fromEntries(labels),
      description: entry.Description,
      // Secrets Manager keeps them while rotation is off.
      schedule,
      window,
      nextRotation: entry.NextRotationDate,
    })
  }
  return found
}

/** `openai` for `keyturn/dev/openai`. */
const inventoryName = (name: string): string => name.split('/').slice(2).join('/') || name

/** Compares the checked config with what stands in AWS, by meaning: `24h` and `1d` are one grace. */
export function compare(secrets: readonly SecretSettings[], standing: ReadonlyMap<string, StandingSecret>): Changes {
  const listed = new Map(secrets.map((settings) => [settings.name, settings]))
  return {
    added: secrets.flatMap(({ name }) => (standing.has(name) ? [] : [name])),
    removed: [...standing].flatMap(([name, secret]) =>
      listed.has(name) ? [] : [{ name, refused: aliveProblem(secret, undefined)[0]?.message }],
    ),
    changed: secrets.flatMap((settings) => {
      const secret = standing.get(settings.name)
      if (secret === undefined) return []
      const differing = settingsOf(settings, secret).filter(({ from, to }) => from !== to)
      return differing.length === 0
        ? []
        : [
            {
              name: settings.name,
              settings: differing,
              refused: whyRefused(settings, secret),
            },
          ]
    }),
  }
}

function whyRefused({ strategy, schedule }: SecretSettings, secret: StandingSecret): string | undefined {
  if (schedule === undefined && secret.schedule !== undefined) return scheduleStays(secret.name, secret.schedule)
  return otherwiseMadeProblem(secret, strategy)[0]?.message
}

function settingsOf(settings: SecretSettings, { tags, description, schedule, window }: StandingSecret) {
  const onDemand = 'when asked'
  return [
    { setting: 'strategy', from: tags[TAG.strategy] ?? 'none', to: settings.strategy },
    { setting: 'schedule', from: schedule ?? onDemand, to: settings.schedule ?? onDemand },
    // Without a schedule there is no window to change.
    ...(schedule !== undefined && settings.schedule !== undefined
      ? [{ setting: 'window', from: window ?? 'that of AWS', to: settings.window ?? DEFAULT_WINDOW }]
      : []),
    { setting: 'grace', from: readableGrace(tags[TAG.grace]), to: readableGrace(settings.grace) },
    { setting: 'owner', from: tags[TAG.owner] ?? 'none', to: settings.owner },
    { setting: 'description', from: description ?? 'none', to: settings.description },
  ]
}

function readableGrace(text: string | undefined): string {
  if (text === undefined) return 'none'
  try {
    return formatGrace(parseGrace(text))
  } catch {
    return text
  }
}
