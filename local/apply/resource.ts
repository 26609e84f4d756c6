import { z } from 'zod'
import type { Clock } from '../../core/clock.ts'
import { KeyturnError } from '../../core/errors.ts'
import type { Random } from '../../core/random.ts'
import type { Clients } from './clients.ts'
import type { Properties } from './properties.ts'

/** What a resource's calls are made with. */
export interface ResourceContext {
  readonly clients: Clients
  readonly region: string
  readonly accountId: string
  readonly clock: Clock
  readonly random: Random
  /** The resource's name in the program. */
  readonly name: string
  /** Where a load balancer of this account answers, host and port. */
  readonly loadBalancerHost: string
}

/** A resource that exists: its physical id and its outputs, inputs included. */
export interface Resource {
  readonly id: string
  readonly outputs: Properties
}

export interface ExistingResource extends Resource {
  /** The inputs of the last apply, secrets elided. */
  readonly inputs: Properties
}

/** How one resource type is made, changed and removed with calls to AWS. */
export interface ResourceDefinition<Inputs> {
  /** Strict: an input that nothing here acts on is refused rather than ignored. */
  readonly inputs: z.ZodType<Inputs>
  /** Inputs whose change makes a new resource; all of them when there is no `update`. */
  readonly replaceOn?: readonly string[] | ((inputs: Properties) => readonly string[])
  /** The old one must go before its replacement can come: their names collide. */
  readonly deleteBeforeReplace?: boolean
  create(inputs: Inputs, context: ResourceContext): Promise<Resource>
  /** Answers with the outputs that changed. */
  update?(existing: ExistingResource, inputs: Inputs, context: ResourceContext): Promise<Properties>
  delete?(existing: ExistingResource, context: ResourceContext): Promise<void>
}

/** A definition whose inputs are checked before use, so that all types fit one registry. */
export interface ResourceHandler {
  readonly replaceOn: readonly string[] | 'any' | ((inputs: Properties) => readonly string[])
  readonly deleteBeforeReplace: boolean
  /** @throws KeyturnError `not-implemented` for inputs that nothing here acts on */
  check(inputs: Properties): void
  create(inputs: Properties, context: ResourceContext): Promise<Resource>
  update(existing: ExistingResource, inputs: Properties, context: ResourceContext): Promise<Properties>
  delete(existing: ExistingResource, context: ResourceContext): Promise<void>
}

export function defineResource<Inputs>(definition: ResourceDefinition<Inputs>): ResourceHandler {
  return {
    replaceOn: definition.update ? (definition.replaceOn ?? []) : 'any',
    deleteBeforeReplace: definition.deleteBeforeReplace ?? false,
    check: (inputs) => {
      parse(definition.inputs, inputs)
    },
    create: async (inputs, context) => definition.create(parse(definition.inputs, inputs), context),
    update: async (existing, inputs, context) =>
      (await definition.update?.(existing, parse(definition.inputs, inputs), context)) ?? {},
    delete: async (existing, context) => definition.delete?.(existing, context),
  }
}

/** A physical name in Pulumi's manner, for a resource that the program left unnamed. */
export function autoName({ name, random }: ResourceContext, prefix?: string): string {
  const suffix = Buffer.from(random.bytes(4)).toString('hex').slice(0, 7)
  return prefix === undefined ? `${name}-${suffix}` : `${prefix}${suffix}`
}

/** Inputs shared by nearly all types. `region` is accepted because the SDK may send the provider's. */
export const common = { region: z.string().optional() }
export const tags = z.record(z.string(), z.string()).optional()

/** A policy as the program may give it, JSON text or object, to the text that AWS takes. */
export const policyText = z
  .union([z.string(), z.looseObject({})])
  .transform((policy) => (typeof policy === 'string' ? policy : JSON.stringify(policy)))

function parse<Inputs>(schema: z.ZodType<Inputs>, inputs: Properties): Inputs {
  const result = schema.safeParse(inputs)
  if (result.success) return result.data
  const problems = result.error.issues.map(({ path, message, code }) => {
    const at = path.map(String).join('.')
    return code === 'unrecognized_keys' ? `${at ? `${at}: ` : ''}${message}` : `${at}: ${message}`
  })
  throw new KeyturnError('not-implemented', `not implemented by the local apply: ${problems.join('; ')}.`)
}
