import { KeyturnError } from '../../core/errors.ts'
import { ResourceFailure } from './errors.ts'
import { elideOutputs, foresee, markSecretOutputs, restoreSecrets, toExisting } from './outputs.ts'
import { type Plan, planResource } from './plan.ts'
import type { Change, ProgressEvent } from './progress.ts'
import { holdsUnknown, type Properties } from './properties.ts'
import { digestInputs, type Registration } from './registration.ts'
import type { Resource, ResourceContext, ResourceHandler } from './resource.ts'
import { type ResourceState, removedResources, type StackState } from './state.ts'

export interface UpdateOptions {
  readonly handlers: Readonly<Record<string, ResourceHandler>>
  readonly context: Omit<ResourceContext, 'name'>
  readonly previous: StackState | undefined
  readonly salt: string
  /** Tells what would happen and calls nothing. */
  readonly dryRun: boolean
  readonly onProgress: (event: ProgressEvent) => void
}

/** One run of a program against an account: takes registrations as they come, then removes what no longer appears. */
export class Update {
  readonly changes: Change[] = []
  readonly #options: UpdateOptions
  readonly #done = new Map<string, ResourceState>()
  readonly #seen = new Set<string>()
  /** Old resources that this run has deleted. */
  readonly #gone = new Set<string>()
  readonly #running = new Set<Promise<unknown>>()
  #replaced: (readonly [string, ResourceState])[]
  #stopped = false

  constructor(options: UpdateOptions) {
    this.#options = options
    this.#replaced = [...(options.previous?.pendingDelete ?? [])]
  }

  /** Brings one resource to what the program asks for; a never-ending promise once the run has failed. */
  async register(registration: Registration): Promise<{ id: string; outputs: Properties }> {
    if (this.#stopped) return new Promise(() => {})
    this.#seen.add(registration.urn)
    const work = registration.custom ? this.#registerCustom(registration) : this.#registerComponent(registration)
    this.#running.add(work)
    try {
      return await work
    } finally {
      this.#running.delete(work)
    }
  }

  /** Takes no more registrations, and waits for those under way. */
  async stop(): Promise<void> {
    this.#stopped = true
    await Promise.allSettled(this.#running)
  }

  /**
   * Deletes what the program no longer has, dependents first.
   * @throws KeyturnError `protected` before anything is deleted, when one of them is protected
   */
  async removeOthers(): Promise<void> {
    const { previous, dryRun } = this.#options
    const removed = removedResources(previous, this.#seen)
    const kept = removed.filter(([, { protect }]) => protect)
    if (kept.length > 0) throw protectedError(kept.map(([urn]) => urn))
    for (const [urn, resource] of removed) {
      if (resource.custom) this.changes.push({ action: 'delete', urn, type: resource.type, name: resource.name })
    }
    if (dryRun) return
    for (const [urn, resource] of removed) {
      if (!resource.retainOnDelete) await this.#delete(urn, resource)
      this.#seen.add(urn)
      this.#gone.add(urn)
    }
    for (let next = this.#replaced.at(-1); next; next = this.#replaced.at(-1)) {
      await this.#delete(...next)
      this.#replaced = this.#replaced.slice(0, -1)
    }
  }

  /** All that exists now: what this run brought about, and what it has not come to from the run before. */
  resources(): Pick<StackState, 'resources' | 'pendingDelete'> {
    const untouched = Object.entries(this.#options.previous?.resources ?? {}).filter(([urn]) => !this.#seen.has(urn))
    const failed = [...this.#seen].filter((urn) => !this.#done.has(urn))
    const stillThere = failed.flatMap((urn) => {
      const before = this.#gone.has(urn) ? undefined : this.#options.previous?.resources[urn]
      return before ? [[urn, before] as const] : []
    })
    return {
      resources: Object.fromEntries([...this.#done, ...stillThere, ...untouched]),
      pendingDelete: this.#replaced,
    }
  }

  async #registerComponent(registration: Registration): Promise<{ id: string; outputs: Properties }> {
    this.#record(registration, undefined, {}, {})
    return { id: '', outputs: {} }
  }

  async #registerCustom(asked: Registration): Promise<{ id: string; outputs: Properties }> {
    const { handlers, previous, salt, dryRun } = this.#options
    const { urn, type, name } = asked
    const handler = handlers[type] ?? providerHandler(type)
    if (!handler)
      throw new ResourceFailure(urn, 'creating', new Error(`not implemented: ${type} is not known to the local apply.`))
    const before = previous?.resources[urn]
    const registration = keepIgnored(asked, before)
    const digests = await digestInputs(registration.inputs, salt)
    const plan = planResource(before, registration, digests, handler)
    this.changes.push({ urn, type, name, ...plan })
    if (plan.action === 'replace' && before?.protect) {
      throw new ResourceFailure(urn, 'replacing', protectedError([urn], plan.changed))
    }
    if (dryRun && !holdsUnknown(registration.inputs)) handler.check(registration.inputs)
    const resource = dryRun
      ? foresee(plan, before, registration)
      : await this.#perform(plan, before, registration, handler)
    this.#record(registration, resource.id, resource.outputs, digests)
    return { id: resource.id, outputs: markSecretOutputs(resource.outputs, registration) }
  }

  async #perform(
    plan: Plan,
    before: ResourceState | undefined,
    registration: Registration,
    handler: ResourceHandler,
  ): Promise<Resource> {
    const { urn, type, name, inputs } = registration
    const { clock } = this.#options.context
    if (plan.action === 'unchanged' && before) {
      this.#options.onProgress({ kind: 'unchanged', type, name, ms: 0 })
      return { id: before.id ?? '', outputs: restoreSecrets(before.outputs, inputs) }
    }
    const start = clock.monotonic()
    const [doing, done] = VERBS[plan.action as keyof typeof VERBS]
    this.#options.onProgress({ kind: doing, type, name, ms: 0 })
    try {
      const resource = await this.#change(plan, before, registration, handler)
      this.#options.onProgress({ kind: done, type, name, ms: clock.monotonic() - start })
      return { id: resource.id, outputs: { ...inputs, region: this.#options.context.region, ...resource.outputs } }
    } catch (cause) {
      this.#options.onProgress({ kind: 'failed', type, name, ms: clock.monotonic() - start })
      throw new ResourceFailure(urn, doing, cause)
    }
  }

  async #change(
    plan: Plan,
    before: ResourceState | undefined,
    { urn, name, inputs }: Registration,
    handler: ResourceHandler,
  ): Promise<Resource> {
    const context = { ...this.#options.context, name }
    if (before === undefined || plan.action === 'create') return handler.create(inputs, context)
    const existing = toExisting(before)
    if (plan.action === 'update') {
      return {
        id: existing.id,
        outputs: { ...before.outputs, ...inputs, ...(await handler.update(existing, inputs, context)) },
      }
    }
    if (!handler.deleteBeforeReplace) {
      const created = await handler.create(inputs, context)
      this.#replaced.push([urn, before])
      return created
    }
    await handler.delete(existing, context)
    this.#gone.add(urn)
    return handler.create(inputs, context)
  }

  async #delete(urn: string, resource: ResourceState): Promise<void> {
    const { type, name } = resource
    const handler = this.#options.handlers[type]
    if (!resource.custom || !handler) return
    const { clock } = this.#options.context
    const start = clock.monotonic()
    this.#options.onProgress({ kind: 'deleting', type, name, ms: 0 })
    try {
      await handler.delete(toExisting(resource), { ...this.#options.context, name })
      this.#options.onProgress({ kind: 'deleted', type, name, ms: clock.monotonic() - start })
    } catch (cause) {
      this.#options.onProgress({ kind: 'failed', type, name, ms: clock.monotonic() - start })
      throw new ResourceFailure(urn, 'deleting', cause)
    }
  }

  #record(
    registration: Registration,
    id: string | undefined,
    outputs: Properties,
    digests: Record<string, string>,
  ): void {
    const { urn, type, name, custom, parent, dependencies, protect, retainOnDelete } = registration
    this.#done.set(urn, {
      type,
      name,
      custom,
      ...(parent !== undefined && { parent }),
      ...(id !== undefined && { id }),
      inputs: registration.elidedInputs,
      outputs: elideOutputs(outputs, registration),
      digests,
      dependencies,
      protect,
      retainOnDelete,
    })
  }
}

const VERBS = {
  create: ['creating', 'created'],
  update: ['updating', 'updated'],
  replace: ['replacing', 'replaced'],
} as const

/** An explicit provider has nothing to make; its region is the cloud's. */
const providerHandler = (type: string): ResourceHandler | undefined =>
  type.startsWith('pulumi:providers:')
    ? {
        replaceOn: [],
        deleteBeforeReplace: false,
        check: () => {},
        create: async (_inputs, { name }) => ({ id: name, outputs: {} }),
        update: async () => ({}),
        delete: async () => {},
      }
    : undefined

/** Inputs whose changes the program ignores stay as they were; a secret is not known any more and counts as unchanged. */
function keepIgnored(registration: Registration, before: ResourceState | undefined): Registration {
  const kept = registration.ignoreChanges.filter(
    (name) => before && name in before.inputs && !registration.secretProperties.has(name),
  )
  if (kept.length === 0) return registration
  const old = Object.fromEntries(kept.map((name) => [name, before?.inputs[name]]))
  const { inputs, elidedInputs } = registration
  return { ...registration, inputs: { ...inputs, ...old }, elidedInputs: { ...elidedInputs, ...old } }
}

const protectedError = (urns: readonly string[], changed?: readonly string[]) =>
  new KeyturnError(
    'protected',
    `${urns.join(', ')} ${urns.length === 1 ? 'is' : 'are'} protected and must not be deleted${changed ? ` (a change of ${changed.join(', ')} needs a new one)` : ''}. ` +
      'Keep it in the program, or apply once with `protect: false` before you remove it.',
  )
