import { DAY } from '../../core/clock.ts'
import { fold } from '../../core/print-error.ts'
import { DEFAULT_WINDOW } from '../../infra/config/schema.ts'
import { howToSet, isHandedOver } from '../../infra/config/value-checks.ts'
import type { Changes } from './changes.ts'
import type { Plan } from './make-plan.ts'
import type { PlannedRotation, PlannedSecret, Span } from './rotations.ts'

/** Rotations of one secret that are shown; the rest is counted. */
const SHOWN = 4
const WIDTH = 80

/** The plan as a person reads it, within 80 columns but for names and commands. */
export function printPlan(plan: Plan): string {
  const { file, settings, from, days, secrets } = plan
  const count = settings.secrets.length
  return [
    `${file.name} is sound: ${count} ${count === 1 ? 'secret' : 'secrets'}${plan.against ? '' : '. AWS was not asked'}.`,
    ...(plan.against ? [changesText(plan.against.target, file.stackTag ?? '', plan.against.changes)] : []),
    [
      `The ${days === 1 ? 'day' : `${days} days`} from ${dayTime(from)} UTC`,
      '  rotated at some moment from … to   →  old key dies, its grace later',
    ].join('\n'),
    ...secrets.map((secret) => secretText(secret, days)),
    busiestText(plan),
    notes(plan),
    ...(plan.missingValues.length > 0 ? [missingText(plan)] : []),
  ].join('\n\n')
}

function secretText({ settings, grace, rotations, next }: PlannedSecret, days: number): string {
  const { name, strategy, schedule } = settings
  const made = isHandedOver(strategy) ? `${strategy} (by a person)` : strategy
  const head = fold(`${name}  ${made} · ${schedule ?? 'no schedule'} · grace ${grace}`, WIDTH)
  if (schedule === undefined) return `${head}\n  when asked: keyturn rotate ${name}`
  const shown = rotations.slice(0, SHOWN).map(rotationText)
  const last = rotations.at(-1)
  const more = rotations.length - SHOWN
  if (more > 0 && last) shown.push(`  … and ${more} more, the last ${spanText(last.window)}`)
  if (rotations.length === 0) {
    shown.push(
      `  not in ${days === 1 ? 'this day' : `these ${days} days`}; next:`,
      ...(next ? [rotationText(next)] : []),
    )
  }
  return [head, ...shown].join('\n')
}

const rotationText = ({ window, oldKeyDies }: PlannedRotation): string =>
  `  ${spanText(window).padEnd(33)}  →  ${oldKeyDies === undefined ? 'at once' : spanText(oldKeyDies)}`

function busiestText({ busiest }: Plan): string {
  if (busiest.length === 0) return 'Busiest: no two windows are open at once.'
  const lines = busiest.map(({ secrets, ...span }) => {
    const names =
      secrets.length > 6 ? `${secrets.slice(0, 5).join(', ')} and ${secrets.length - 5} more` : secrets.join(', ')
    return `  ${spanText(span)}  ${secrets.length} windows open at once\n${fold(names, WIDTH, '    ')}`
  })
  return ['Busiest, if all of them are rotated at one moment:', ...lines].join('\n')
}

function notes({ secrets, settings, against }: Plan): string {
  const { sweepMinutes } = settings
  const rates = secrets.some(({ settings }) => settings.schedule?.startsWith('rate('))
  const from = against
    ? 'a rate counts from the last rotation, and one that is new or changed from a deployment now'
    : 'a rate counts from the last rotation: here, as nothing is known of a running stack, from a deployment now. ' +
      'With a running stack in view (--against) it counts from there'
  return [
    `Times are UTC; ${rates ? from : 'a schedule names its hours itself'}.`,
    `An old key that Keyturn made at a provider is revoked there within ${sweepMinutes} min after it died.`,
  ]
    .map((line) => fold(line, WIDTH))
    .join('\n')
}

function missingText({ missingValues, file }: Plan): string {
  const stack = file.stack === undefined || file.stack === 'dev' ? '' : ` --stack ${file.stack}`
  const many = missingValues.length > 1
  return [
    `Still to be set before pulumi up: ${many ? `${missingValues.length} first values` : 'a first value'} that only a person has.`,
    ...missingValues.map((name) => `  ${howToSet(name)}${stack}`),
  ].join('\n')
}

function changesText(target: string, stackTag: string, { added, removed, changed }: Changes): string {
  const head = `Against ${stackTag} at ${target}: `
  if (added.length + removed.length + changed.length === 0) return `${head}no setting of a secret would change.`
  const refused = (why: string | undefined): string[] =>
    why === undefined ? [] : [fold(`pulumi up refuses this: ${why}`, WIDTH, '      ')]
  return [
    `${head}${added.length} new, ${removed.length} gone, ${changed.length} changed`,
    ...added.map((name) => `  + ${name}`),
    ...removed.flatMap(({ name, refused: why }) => [`  - ${name}`, ...refused(why)]),
    ...changed.flatMap(({ name, settings, refused: why }) => [
      `  ~ ${name}`,
      ...settings.map(({ setting, from, to }) => fold(`${setting}: ${from} → ${to}`, WIDTH, '      ')),
      ...refused(why),
    ]),
  ].join('\n')
}

/** As JSON, every rotation included. */
export const planToJson = ({ file, settings, from, days, secrets, busiest, missingValues, against }: Plan): object => ({
  file: file.name,
  stack: file.stackTag,
  from,
  until: new Date(from.getTime() + days * DAY),
  sweepMinutes: settings.sweepMinutes,
  secrets: secrets.map(({ settings, grace, rotations, next }) => ({
    name: settings.name,
    strategy: settings.strategy,
    owner: settings.owner,
    schedule: settings.schedule,
    window: settings.schedule === undefined ? undefined : (settings.window ?? DEFAULT_WINDOW),
    grace,
    rotations,
    next,
  })),
  busiest,
  missingValues,
  ...(against && { against }),
})

const WEEKDAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'] as const

const weekday = (date: Date): string => WEEKDAYS[date.getUTCDay()] ?? ''
const time = (date: Date): string => date.toISOString().slice(11, 16)
const dayTime = (date: Date): string => `${weekday(date)} ${date.toISOString().slice(0, 10)} ${time(date)}`

/** `Mon 2026-11-23 03:00 to 06:00`; the end of a day is its 24:00. */
function spanText({ from, to }: Span): string {
  const sameDay = Math.floor(from.getTime() / DAY) === Math.floor((to.getTime() - 1) / DAY)
  const end = time(to) === '00:00' && sameDay ? '24:00' : time(to)
  return `${dayTime(from)} to ${sameDay ? end : `${weekday(to)} ${end}`}`
}
