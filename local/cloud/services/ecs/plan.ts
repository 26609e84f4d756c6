/** What a task is to its deployment: on its way up, taking traffic, or on its way out. */
export interface PlannedTask {
  readonly id: string
  readonly primary: boolean
  readonly phase: 'starting' | 'healthy' | 'stopping'
}

export interface PlanSettings {
  readonly desired: number
  readonly minimumHealthyPercent: number
  readonly maximumPercent: number
}

export interface Plan {
  readonly start: number
  readonly stop: readonly string[]
}

/**
 * The next move of a rolling update, as ECS makes it: new tasks up to the maximum percent, and old ones away as long as
 * the minimum healthy percent stays. `stopping` tasks count for neither.
 */
export function planDeployment(settings: PlanSettings, tasks: readonly PlannedTask[]): Plan {
  const { desired, minimumHealthyPercent, maximumPercent } = settings
  const live = tasks.filter(({ phase }) => phase !== 'stopping')
  const own = live.filter(({ primary }) => primary)
  const ceiling = Math.floor((desired * maximumPercent) / 100)
  const floor = Math.ceil((desired * minimumHealthyPercent) / 100)
  const start = Math.max(0, Math.min(desired - own.length, ceiling - live.length))

  // Those that take no traffic yet cost nothing to stop.
  const surplus = [...own].sort(startingFirst).slice(0, Math.max(0, own.length - desired))
  const leaving = [...live.filter(({ primary }) => !primary).sort(startingFirst), ...surplus]
  let healthy = live.filter(({ phase }) => phase === 'healthy').length
  const stop: string[] = []
  for (const task of leaving) {
    if (task.phase === 'healthy' && healthy - 1 < floor) continue
    if (task.phase === 'healthy') healthy -= 1
    stop.push(task.id)
  }
  return { start, stop }
}

const startingFirst = (one: PlannedTask, other: PlannedTask): number =>
  Number(one.phase === 'healthy') - Number(other.phase === 'healthy')
