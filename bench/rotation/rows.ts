import { median, pairedRatio, type Spent, showRatio } from '../report/statistics.ts'
import type { RotationCost } from './measure.ts'
import { countCalls, templates } from './templates.ts'

export const rotationHead: readonly string[] = [
  'one rotation, four steps',
  'Secrets Manager calls',
  ...templates.map((template) => `÷ ${template.name} (${countCalls(template)})`),
  'wall ms',
  'CPU ms',
  'wall ÷ bare calls',
  'CPU ÷ bare calls',
]

export function rotationRows(costs: readonly RotationCost[]): string[][] {
  return costs.map(({ strategy, calls, rotation, bareCalls }) => {
    const each = (spent: readonly Spent[], what: keyof Spent): number[] => spent.map((one) => one[what])
    const beside = (what: keyof Spent): string => showRatio(pairedRatio(each(rotation, what), each(bareCalls, what)))
    const most = Math.max(...calls)
    return [
      strategy,
      String(most),
      ...templates.map((template) => (most / countCalls(template)).toFixed(2)),
      median(each(rotation, 'wallMs')).toFixed(0),
      median(each(rotation, 'cpuMs')).toFixed(0),
      beside('wallMs'),
      beside('cpuMs'),
    ]
  })
}
