import type { Plan } from './plan.ts'
import { ELIDED, holdsUnknown, markSecret, type Properties } from './properties.ts'
import type { Registration } from './registration.ts'
import type { ExistingResource, Resource } from './resource.ts'
import type { ResourceState } from './state.ts'

/** What a preview can tell of a resource: what it has, and what the program gives it. */
export function foresee(plan: Plan, before: ResourceState | undefined, { inputs }: Registration): Resource {
  if (plan.action === 'unchanged' && before)
    return { id: before.id ?? '', outputs: restoreSecrets(before.outputs, inputs) }
  if (plan.action !== 'update' || !before) return { id: '', outputs: inputs }
  const known = Object.fromEntries(Object.entries(before.outputs).filter(([, value]) => !holdsUnknown(value)))
  return { id: before.id ?? '', outputs: { ...restoreSecrets(known, inputs), ...inputs } }
}

export const toExisting = ({ id = '', inputs, outputs }: ResourceState): ExistingResource => ({ id, inputs, outputs })

export const markSecretOutputs = (outputs: Properties, { secretProperties }: Registration): Properties =>
  mapSecret(outputs, secretProperties, markSecret)

export const elideOutputs = (outputs: Properties, { secretProperties }: Registration): Properties =>
  mapSecret(outputs, secretProperties, () => ELIDED)

const mapSecret = (outputs: Properties, secret: ReadonlySet<string>, map: (value: unknown) => unknown): Properties =>
  Object.fromEntries(
    Object.entries(outputs).map(([name, value]) => [
      name,
      value !== undefined && secret.has(name) ? map(value) : value,
    ]),
  )

/** Secrets are not in the state; those that came from the program are given again, the others are gone. */
export const restoreSecrets = (outputs: Properties, inputs: Properties): Properties =>
  Object.fromEntries(Object.entries(outputs).map(([name, value]) => [name, value === ELIDED ? inputs[name] : value]))
