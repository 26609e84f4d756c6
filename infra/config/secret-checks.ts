import { HOUR } from '../../core/clock.ts'
import type { Problem } from '../../core/errors.ts'
import { formatGrace, type Grace, parseGrace } from '../../core/grace.ts'
import { LABEL_BUDGET } from '../../core/versions.ts'
import { strategyFor } from '../../lambdas/strategies/find-strategy.ts'
import { readParams } from '../inventory/strategy-params.ts'
import type { Lenient } from './lenient.ts'
import { toProblems } from './problems.ts'
import { parseSchedule, type Schedule } from './schedule.ts'
import type { secretShape } from './schema.ts'

/** What AWS would refuse, or a rotation would trip over, told before anything is touched (A13). */
export function checkSecret(secret: Lenient<typeof secretShape>, path: string): Problem[] {
  const { window, grace, strategy, params } = secret
  const schedule = secret.schedule === undefined ? undefined : parseSchedule(secret.schedule)
  const problems: Problem[] = []
  const tooLong = schedule && grace ? checkGrace(schedule, parseGrace(grace), `${path}.grace`) : []
  if (schedule && window) problems.push(...checkWindow(schedule, Number.parseInt(window, 10), `${path}.window`))
  problems.push(...tooLong)
  if (strategy && params) problems.push(...checkParams(strategy, params, `${path}.params`))
  // Of a grace that is too long it follows that too many keys would live.
  if (strategy && params && schedule && grace && tooLong.length === 0) {
    problems.push(...checkLiveKeys({ strategy, params, schedule, grace: parseGrace(grace) }, `${path}.params`))
  }
  return problems
}

export function checkWindow({ expression, longestWindowHours }: Schedule, hours: number, path: string): Problem[] {
  if (hours <= longestWindowHours) return []
  const message = `${hours}h would cross midnight UTC or reach the next rotation of ${expression}; allowed is "1h" to "${longestWindowHours}h"`
  return [{ path, message }]
}

export function checkGrace(schedule: Schedule, grace: Grace, path: string): Problem[] {
  if (grace.kind === 'revoke-now') return []
  if (grace.ms < schedule.shortestIntervalMs) return []
  const interval = schedule.shortestIntervalMs / HOUR
  const labels = labelsNeeded(schedule, grace)
  const needs = labels > LABEL_BUDGET ? `, and needs ${labels} staging labels where a secret has ${LABEL_BUDGET}` : ''
  const message = `${formatGrace(grace)} is not shorter than the ${interval}h between two rotations of ${schedule.expression}${needs}; allowed is less than that, or rotate less often`
  return [{ path, message }]
}

/** AWSCURRENT, AWSPENDING, AWSPREVIOUS and SUPPLIED. */
const STANDING_LABELS = 4

/** Staging labels that a secret carries when most of its versions are inside their grace. */
export const labelsNeeded = (schedule: Schedule, grace: Grace): number =>
  STANDING_LABELS + versionsInGrace(schedule, grace)

/** Old versions that are inside their grace at the same time, on schedule. */
export function versionsInGrace({ shortestIntervalMs }: Schedule, grace: Grace): number {
  return grace.kind === 'revoke-now' ? 0 : Math.ceil(grace.ms / shortestIntervalMs)
}

function checkParams(kind: string, params: Record<string, unknown>, path: string): Problem[] {
  const { params: schema } = strategyFor(kind)
  const read = schema.safeParse(params, { reportInput: true })
  return read.success
    ? []
    : toProblems(read.error, schema).map(({ path: at, message }) => ({ path: join(path, at), message }))
}

interface LiveKeys {
  strategy: string
  params: Record<string, unknown>
  schedule: Schedule
  grace: Grace
}

function checkLiveKeys({ strategy, params, schedule, grace }: LiveKeys, path: string): Problem[] {
  const allowed = readParams(strategy, params)?.liveKeys
  const needed = 2 + versionsInGrace(schedule, grace)
  if (allowed === undefined || needed <= allowed) return []
  const message = `the target lets ${allowed} keys live at once, but ${needed} would: the current one, the next one and ${needed - 2} in grace. Use grace "revoke-now" or raise the limit at the target`
  return [{ path, message }]
}

const join = (path: string, rest: string): string =>
  rest === '' || rest.startsWith('[') ? path + rest : `${path}.${rest}`
