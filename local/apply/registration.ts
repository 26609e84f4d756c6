import { createHmac } from 'node:crypto'
import { hashAsset, isAsset } from './archive.ts'
import { elideSecrets, holdsSecret, isObject, type Properties, reveal } from './properties.ts'

/** One resource as the program asked for it. */
export interface Registration {
  readonly urn: string
  readonly type: string
  readonly name: string
  readonly custom: boolean
  readonly parent?: string
  /** With secrets in clear: for the call that creates the resource, and nothing else. */
  readonly inputs: Properties
  /** The same with secrets elided. */
  readonly elidedInputs: Properties
  /** Inputs that hold a secret, and outputs that the program asked to be treated as one. */
  readonly secretProperties: ReadonlySet<string>
  readonly dependencies: readonly string[]
  readonly protect: boolean
  readonly retainOnDelete: boolean
  readonly ignoreChanges: readonly string[]
}

/** The part of Pulumi's RegisterResourceRequest that is read here (pulumi/resource.proto). */
export interface RegisterRequest {
  getType(): string
  getName(): string
  getCustom(): boolean
  getParent(): string
  getObject(): { toJavaScript(): Properties } | undefined
  getDependenciesList(): string[]
  getProtect(): boolean
  getRetainondelete(): boolean
  getIgnorechangesList(): string[]
  getAdditionalsecretoutputsList(): string[]
}

export function readRegistration(request: RegisterRequest, urn: string): Registration {
  const raw = request.getObject()?.toJavaScript() ?? {}
  const parent = request.getParent()
  return {
    urn,
    type: request.getType(),
    name: request.getName(),
    custom: request.getCustom(),
    ...(parent !== '' && { parent }),
    inputs: reveal(raw) as Properties,
    elidedInputs: elideSecrets(raw) as Properties,
    secretProperties: new Set([
      ...Object.keys(raw).filter((key) => holdsSecret(raw[key])),
      ...(holdsSecret(raw.tags) ? ['tagsAll'] : []),
      ...request.getAdditionalsecretoutputsList(),
    ]),
    dependencies: request.getDependenciesList(),
    protect: request.getProtect(),
    retainOnDelete: request.getRetainondelete(),
    ignoreChanges: request.getIgnorechangesList(),
  }
}

/** The name that Pulumi's engine gives a resource: its type follows its parent's, the stack itself left out. */
export function urnOf(project: string, stack: string, parent: string, type: string, name: string): string {
  const parentType = parent.split('::')[2]
  const qualified = parentType && parentType !== 'pulumi:pulumi:Stack' ? `${parentType}$${type}` : type
  return `urn:pulumi:${stack}::${project}::${qualified}::${name}`
}

/**
 * One keyed digest for each input, by which a later apply sees what changed without the state holding the value. Files
 * count by content.
 */
export async function digestInputs(inputs: Properties, salt: string): Promise<Record<string, string>> {
  const digests: Record<string, string> = {}
  for (const [name, value] of Object.entries(inputs)) {
    digests[name] = createHmac('sha256', salt)
      .update(await canonical(value))
      .digest('hex')
      .slice(0, 32)
  }
  return digests
}

async function canonical(value: unknown): Promise<string> {
  if (isAsset(value)) return `asset:${await hashAsset(value)}`
  if (Array.isArray(value)) return `[${(await Promise.all(value.map(canonical))).join()}]`
  if (!isObject(value)) return JSON.stringify(value) ?? 'null'
  const fields = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1))
  const parts = await Promise.all(
    fields.map(async ([key, field]) => `${JSON.stringify(key)}:${await canonical(field)}`),
  )
  return `{${parts.join()}}`
}
