import { strategies, strategyFor } from '../../lambdas/strategies/find-strategy.ts'
import { readParams } from '../inventory/strategy-params.ts'
import { checkFunctionNetwork } from './function-network.ts'
import { fieldOf, isObject, keysOf, type Lenient, listOf, readLenient } from './lenient.ts'
import { didYouMean } from './nearest.ts'
import { repetitions } from './proxy-checks.ts'
import type { clientShape, routeShape } from './proxy-schema.ts'
import { secretShape } from './schema.ts'
import type { Mistake } from './tell.ts'

/** The inventory as far as it can be read, field by field. */
export interface LenientInventory {
  readonly secrets: readonly Lenient<typeof secretShape>[]
  /** Undefined when the section is no such thing: nothing can be said then of what refers to it. */
  readonly groups: readonly string[] | undefined
  readonly consumers: readonly string[] | undefined
  /** Settings of `network` that are given, sound or not. */
  readonly network: readonly string[]
  readonly clients: readonly Lenient<typeof clientShape>[]
  readonly routes: readonly Lenient<typeof routeShape>[]
}

/** Names that stand twice, and names of things that are not there. */
export function checkReferences(inventory: LenientInventory): Mistake[] {
  const { secrets, clients, routes } = inventory
  return [
    ...secrets.flatMap((secret, index) => checkSecretReferences(secret, `secrets[${index}]`, inventory)),
    ...checkCircles(secrets),
    ...checkFunctionNetwork(secrets, inventory.network),
    ...repetitions(
      secrets.map(({ name }) => name),
      (index) => `secrets[${index}].name`,
    ),
    ...clients.flatMap(({ secret }, index) => checkClient(secret, `proxy.clients[${index}].secret`, secrets)),
    ...routes.flatMap((route, index) => checkRoute(route, `proxy.routes[${index}]`, secrets)),
  ]
}

function checkSecretReferences(
  secret: Lenient<typeof secretShape>,
  path: string,
  inventory: LenientInventory,
): Mistake[] {
  const problems: Mistake[] = []
  const { group, consumers = [] } = secret
  if (group !== undefined) problems.push(...missing(group, `${path}.group`, 'groups', inventory.groups))
  consumers.forEach((consumer, index) => {
    problems.push(...missing(consumer, `${path}.consumers[${index}]`, 'consumers', inventory.consumers))
  })
  for (const reference of referencesOf(secret)) {
    problems.push(...missing(reference, `${path}.params`, 'secrets', namesOf(inventory.secrets)))
  }
  return problems
}

function checkClient(secret: string | undefined, path: string, secrets: LenientInventory['secrets']): Mistake[] {
  if (secret === undefined) return []
  const problems = missing(secret, path, 'secrets', namesOf(secrets))
  const strategy = secrets.find(({ name }) => name === secret)?.strategy
  if (strategy === undefined || strategyFor(strategy).presentedBy === 'clients') return problems
  const allowed = Object.values(strategies).flatMap(({ kind, presentedBy }) => (presentedBy ? [`"${kind}"`] : []))
  return [
    ...problems,
    { path, message: `"${secret}" has strategy "${strategy}"; a client needs one with ${allowed.join(' or ')}` },
  ]
}

function checkRoute(
  { secret, field }: Lenient<typeof routeShape>,
  path: string,
  secrets: LenientInventory['secrets'],
): Mistake[] {
  if (secret === undefined) return []
  const problems = missing(secret, `${path}.secret`, 'secrets', namesOf(secrets))
  const strategy = secrets.find(({ name }) => name === secret)?.strategy
  const keyField = strategy === undefined ? undefined : strategyFor(strategy).keyField
  if (keyField !== undefined && field !== undefined && field !== keyField) {
    const message = `must be "${keyField}", or left out, for a "${strategy}" secret`
    problems.push({ path: `${path}.field`, message })
  }
  return problems
}

/** A first value cannot be made when its strategy needs, in the end, that same value. */
function checkCircles(secrets: LenientInventory['secrets']): Mistake[] {
  const reads = new Map(secrets.map((secret) => [secret.name, referencesOf(secret)]))
  const reaches = (from: string | undefined, seen: Set<string>): boolean =>
    (reads.get(from) ?? []).some((next) => {
      if (seen.has(next)) return false
      seen.add(next)
      return reaches(next, seen)
    })
  const reachedFrom = (name: string | undefined): Set<string> => {
    const seen = new Set<string>()
    reaches(name, seen)
    return seen
  }
  const told = new Set<string>()
  return secrets.flatMap(({ name }, index) => {
    const seen = reachedFrom(name)
    if (name === undefined || !seen.has(name) || told.has(name)) return []
    // The others of the same circle are the same mistake.
    for (const other of seen) if (reachedFrom(other).has(name)) told.add(other)
    return [{ path: `secrets[${index}].params`, message: `"${name}" needs itself, through ${[...seen].join(', ')}` }]
  })
}

function referencesOf({ strategy, params }: Lenient<typeof secretShape>): readonly string[] {
  return strategy === undefined || params === undefined ? [] : (readParams(strategy, params)?.references ?? [])
}

/** Undefined when a secret has no name that can be read, or there are none: it may be the one that is referred to. */
const namesOf = (secrets: LenientInventory['secrets']): readonly string[] | undefined =>
  secrets.length === 0 || secrets.some(({ name }) => name === undefined)
    ? undefined
    : secrets.flatMap(({ name }) => name ?? [])

function missing(wanted: string, path: string, section: string, known: readonly string[] | undefined): Mistake[] {
  if (known === undefined || known.includes(wanted)) return []
  const allowed = known.length > 0 ? ` Allowed: ${known.join(', ')}` : ' There are none yet'
  return [{ path, message: `"${wanted}" is not in "${section}".${didYouMean(wanted, known) || allowed}` }]
}

/** Reads what can be read of a raw config for {@link checkReferences}. */
export function readInventory(
  raw: unknown,
  shapes: { client: typeof clientShape; route: typeof routeShape },
): LenientInventory {
  const proxy = fieldOf(raw, 'proxy')
  const named = (secret: Lenient<typeof secretShape>, source: unknown): Lenient<typeof secretShape> => {
    // A name that breaks the rules still exists for those who refer to it.
    const name = fieldOf(source, 'name')
    return typeof name === 'string' ? { ...secret, name } : secret
  }
  return {
    secrets: listOf(fieldOf(raw, 'secrets')).map((source) => named(readLenient(secretShape, source), source)),
    groups: isObject(fieldOf(raw, 'groups')) ? keysOf(fieldOf(raw, 'groups')) : undefined,
    consumers: isObject(fieldOf(raw, 'consumers') ?? {}) ? keysOf(fieldOf(raw, 'consumers')) : undefined,
    network: keysOf(fieldOf(raw, 'network')),
    clients: listOf(fieldOf(proxy, 'clients')).map((client) => readLenient(shapes.client, client)),
    routes: listOf(fieldOf(proxy, 'routes')).map((route) => readLenient(shapes.route, route)),
  }
}
