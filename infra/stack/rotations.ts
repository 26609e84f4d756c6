import type { Resource } from '@pulumi/pulumi'
import { strategyFor } from '../../lambdas/strategies/find-strategy.ts'
import { FirstValue } from '../components/first-value.ts'
import { RotationOnRequest } from '../components/rotation-on-request.ts'
import { SecretRotation } from '../components/secret-rotation.ts'
import { rotationInventory } from '../inventory/inventory.ts'
import type { Blueprint } from './blueprint.ts'
import type { Functions } from './functions.ts'
import { lanes } from './lanes.ts'
import { present } from './maps.ts'
import type { Secrets } from './secrets.ts'

/** What to wait for until a secret has a value, by inventory name. */
export type FirstValues = ReadonlyMap<string, readonly Resource[]>

/**
 * First values made, and rotations configured, side by side. Each invokes a function, and a fresh account runs ten in
 * all: four of either leave room for a sweep and for what else the account does.
 */
const AT_ONCE = 4

/** Has every first value made that nobody has to hand over, each after those that it needs. */
export function createFirstValues(
  { inventory, families, naming }: Blueprint,
  secrets: Secrets,
  functions: Functions,
): FirstValues {
  const made = new Map<string, readonly Resource[]>()
  const entries = new Map(
    families.flatMap((family) => Object.entries(rotationInventory(inventory, family, naming).secrets)),
  )
  const next = lanes<readonly Resource[]>(AT_ONCE)
  for (const { settings, strategy } of inventory) {
    const { name } = settings
    const secret = present(secrets, name)
    if (strategyFor(settings.strategy).supply === 'required') {
      made.set(name, secret.ready)
      continue
    }
    const { functionName, ready: able } = present(functions, strategy.family)
    const needed = strategy.references.flatMap((reference) => present(made, reference))
    const after = [...secret.ready, ...able, ...needed]
    const entry = present(entries, naming.secret(name))
    const ready = next((before) => {
      const args = { secretArn: secret.arn, entry, functionName, after: [...after, ...before.flat()] }
      return new FirstValue(name, args).ready
    })
    made.set(name, [...after, ...ready])
  }
  return made
}

/**
 * Turns rotation on for each secret, once it has a value. Without a schedule the function is invoked twice at once, by us
 * and by Secrets Manager that tries it out, so those come one after another.
 */
export function createRotations(
  { inventory }: Blueprint,
  secrets: Secrets,
  functions: Functions,
  firstValues: FirstValues,
): readonly Resource[] {
  const configured: Resource[] = []
  const scheduled = lanes<readonly Resource[]>(AT_ONCE)
  const onRequest = lanes<readonly Resource[]>(1)
  for (const { settings, strategy } of inventory) {
    const { name, schedule, window } = settings
    const { arn: functionArn, functionName, ready } = present(functions, strategy.family)
    const after = [...ready, ...present(firstValues, name)]
    const shared = { secretArn: present(secrets, name).arn, functionArn }
    const next = schedule === undefined ? onRequest : scheduled
    next((before) => {
      const args = { ...shared, after: [...after, ...before.flat()] }
      const { ready } =
        schedule === undefined
          ? new RotationOnRequest(name, { ...args, functionName })
          : new SecretRotation(name, { ...args, schedule, window })
      configured.push(...ready)
      return ready
    })
  }
  return configured
}
