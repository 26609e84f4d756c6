import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type PlannedTask, planDeployment } from '../../../../../../local/cloud/services/ecs/plan.ts'

const settings = { desired: 2, minimumHealthyPercent: 100, maximumPercent: 200 }
const task = (id: string, primary: boolean, phase: PlannedTask['phase']): PlannedTask => ({ id, primary, phase })

test('a rolling update starts the new tasks first and lets the old go only once those are healthy', () => {
  const old = [task('old-1', false, 'healthy'), task('old-2', false, 'healthy')]
  expect(planDeployment(settings, old)).toEqual({ start: 2, stop: [] })
  const starting = [...old, task('new-1', true, 'starting'), task('new-2', true, 'starting')]
  expect(planDeployment(settings, starting)).toEqual({ start: 0, stop: [] })
  const half = [...old, task('new-1', true, 'healthy'), task('new-2', true, 'starting')]
  expect(planDeployment(settings, half)).toEqual({ start: 0, stop: ['old-1'] })
  const all = [task('old-2', false, 'healthy'), task('new-1', true, 'healthy'), task('new-2', true, 'healthy')]
  expect(planDeployment(settings, all)).toEqual({ start: 0, stop: ['old-2'] })
})

test('with no room above the desired count an old task makes place first', () => {
  const tight = { desired: 2, minimumHealthyPercent: 50, maximumPercent: 100 }
  const old = [task('old-1', false, 'healthy'), task('old-2', false, 'healthy')]
  expect(planDeployment(tight, old)).toEqual({ start: 0, stop: ['old-1'] })
  expect(planDeployment(tight, [task('old-1', false, 'stopping'), task('old-2', false, 'healthy')])).toEqual({
    start: 1,
    stop: [],
  })
})

test('scaling in stops the surplus, tasks without traffic first', () => {
  const own = [task('a', true, 'healthy'), task('b', true, 'starting'), task('c', true, 'healthy')]
  expect(planDeployment({ ...settings, desired: 2 }, own).stop).toEqual(['b'])
  expect(planDeployment({ ...settings, desired: 0 }, own).stop).toHaveLength(3)
})

const anyTask = fc.record({
  id: fc.uuid(),
  primary: fc.boolean(),
  phase: fc.constantFrom('starting' as const, 'healthy' as const, 'stopping' as const),
})
const anySettings = fc.record({
  desired: fc.nat(6),
  minimumHealthyPercent: fc.constantFrom(0, 50, 100),
  maximumPercent: fc.constantFrom(100, 150, 200),
})

test('no plan ever exceeds the maximum, starts too many, or takes health below the minimum', () => {
  fc.assert(
    fc.property(anySettings, fc.uniqueArray(anyTask, { maxLength: 12, selector: ({ id }) => id }), (given, tasks) => {
      const { start, stop } = planDeployment(given, tasks)
      const live = tasks.filter(({ phase }) => phase !== 'stopping')
      const healthy = live.filter(({ phase }) => phase === 'healthy').length
      const stopped = tasks.filter(({ id }) => stop.includes(id))
      const ceiling = Math.floor((given.desired * given.maximumPercent) / 100)
      const floor = Math.ceil((given.desired * given.minimumHealthyPercent) / 100)

      if (start > 0) expect(live.length + start).toBeLessThanOrEqual(ceiling)
      expect(live.filter(({ primary }) => primary).length + start).toBeLessThanOrEqual(
        Math.max(given.desired, live.filter(({ primary }) => primary).length),
      )
      const remaining = healthy - stopped.filter(({ phase }) => phase === 'healthy').length
      expect(remaining).toBeGreaterThanOrEqual(Math.min(healthy, floor))
      expect(stopped.some(({ phase }) => phase === 'stopping')).toBe(false)
    }),
  )
})

test('an update always ends, whatever it starts from, when the settings leave room to move', () => {
  const roomy = anySettings.filter(
    ({ desired, minimumHealthyPercent, maximumPercent }) =>
      Math.floor((desired * maximumPercent) / 100) > Math.ceil((desired * minimumHealthyPercent) / 100) ||
      desired === 0,
  )
  fc.assert(
    fc.property(roomy, fc.uniqueArray(anyTask, { maxLength: 12, selector: ({ id }) => id }), (given, initial) => {
      let tasks: PlannedTask[] = initial
      let next = 0
      for (let round = 0; round < 60; round++) {
        const { start, stop } = planDeployment(given, tasks)
        tasks = tasks
          .filter(({ phase }) => phase !== 'stopping')
          .map((each) =>
            stop.includes(each.id) ? { ...each, phase: 'stopping' as const } : { ...each, phase: 'healthy' as const },
          )
        for (let count = 0; count < start; count++) tasks.push(task(`new-${next++}`, true, 'starting'))
      }
      expect(tasks.map(({ primary, phase }) => [primary, phase])).toEqual(
        Array.from({ length: given.desired }, () => [true, 'healthy']),
      )
    }),
  )
})
