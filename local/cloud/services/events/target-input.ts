import type { EventRecord, RuleRecord, TargetRecord } from './state.ts'

/**
 * What a target receives: the event, a part of it, a constant, or a template filled from it.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html
 */
export function targetInput(target: TargetRecord, event: EventRecord, rule: RuleRecord): unknown {
  if (target.input !== undefined) return JSON.parse(target.input)
  if (target.inputPath !== undefined) return valueAt(event, target.inputPath) ?? null
  if (target.transformer === undefined) return event
  const { paths, template } = target.transformer
  const values = Object.entries(paths).map(([name, path]): [string, unknown] => [name, valueAt(event, path)])
  return fill(template, new Map([...values, ...predefined(event, rule)]))
}

const predefined = (event: EventRecord, rule: RuleRecord): [string, unknown][] => [
  ['aws.events.rule-arn', rule.arn],
  ['aws.events.rule-name', rule.name],
  ['aws.events.event.ingestion-time', event.time],
  ['aws.events.event', event],
]

/** Follows a path of names and indices: `$.detail.name`, `$.resources[0]`. */
export function valueAt(event: unknown, path: string): unknown {
  const steps = path.match(/[^.[\]$]+/g) ?? []
  return steps.reduce<unknown>(
    (value, step) =>
      typeof value === 'object' && value !== null && Object.hasOwn(value, step)
        ? (value as Record<string, unknown>)[step]
        : undefined,
    event,
  )
}

/** Inside a JSON string a value is put in as text, elsewhere as JSON. What is no JSON in the end is sent as text. */
function fill(template: string, values: ReadonlyMap<string, unknown>): unknown {
  let quoted = false
  const filled = template.replaceAll(/\\.|"|<([\w.-]+)>/g, (token, name: string | undefined) => {
    if (token === '"') quoted = !quoted
    if (name === undefined) return token
    const value = values.get(name)
    if (!quoted) return JSON.stringify(value ?? '')
    const shown = typeof value === 'string' ? value : (JSON.stringify(value) ?? '')
    return JSON.stringify(shown).slice(1, -1)
  })
  try {
    return JSON.parse(filled)
  } catch {
    return filled
  }
}
