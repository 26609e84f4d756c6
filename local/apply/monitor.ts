import { MockMonitor } from '@pulumi/pulumi/runtime/mocks.js'
import { KeyturnError } from '../../core/errors.ts'
import { dropUndefined, type Properties, reveal } from './properties.ts'
import { resourceProto, toStruct } from './pulumi-runtime.ts'
import { type RegisterRequest, type Registration, readRegistration, urnOf } from './registration.ts'

export interface Engine {
  readonly project: string
  readonly stack: string
  /** Brings one resource into being and answers with its id and outputs, secrets marked. */
  register(registration: Registration): Promise<{ id: string; outputs: Properties }>
  invoke(token: string, inputs: Properties): Promise<Properties>
  registerOutputs(urn: string, outputs: Properties): void
  /** Takes an error. The program is then left without an answer: the SDK would only wrap it in misleading ones. */
  fail(error: unknown): void
}

/** `grpc.status.UNKNOWN`, which Pulumi's engine answers for a provider's error. */
const GRPC_UNKNOWN = 2

const describe = (error: unknown): string =>
  error instanceof Error ? `${error.name}: ${error.message}` : String(error)

type Answer = (error: unknown, response: unknown) => void

/**
 * The resource monitor that Pulumi's SDK talks to. It extends the SDK's mock monitor because `Mocks.newResource` sees
 * neither parent nor dependencies, protection or which inputs are secret.
 */
export class ApplyMonitor extends MockMonitor {
  readonly #engine: Engine
  #silent = false

  constructor(engine: Engine) {
    super({ newResource: () => ({ id: '', state: {} }), call: () => ({}) })
    this.#engine = engine
  }

  silence(): void {
    this.#silent = true
  }

  override async registerResource(request: RegisterRequest, answer: Answer): Promise<void> {
    const { project, stack } = this.#engine
    const urn = urnOf(project, stack, request.getParent(), request.getType(), request.getName())
    try {
      if (this.resources.has(urn)) throw new Error(`two resources have the same URN ${urn}`)
      this.resources.set(urn, { urn, id: null, state: {} })
      const { id, outputs } = await this.#engine.register(readRegistration(request, urn))
      this.resources.set(urn, { urn, id, state: outputs })
      const response = new resourceProto.RegisterResourceResponse()
      response.setUrn(urn)
      response.setId(id)
      response.setObject(toStruct(dropUndefined(outputs) as Properties))
      if (!this.#silent) answer(null, response)
    } catch (error) {
      this.#engine.fail(error)
    }
  }

  override async readResource(request: { getType(): string; getName(): string }): Promise<void> {
    this.#engine.fail(new Error(`not implemented: reading ${request.getType()} (${request.getName()})`))
  }

  override async invoke(request: InvokeRequest, answer: Answer): Promise<void> {
    if (request.getTok().startsWith('pulumi:')) return super.invoke(request, answer)
    try {
      const inputs = reveal(request.getArgs()?.toJavaScript() ?? {}) as Properties
      const response = new resourceProto.ResourceInvokeResponse()
      response.setReturn(toStruct(dropUndefined(await this.#engine.invoke(request.getTok(), inputs)) as Properties))
      if (!this.#silent) answer(null, response)
    } catch (error) {
      if (error instanceof KeyturnError) this.#engine.fail(error)
      // AWS's refusal of a question is the program's to handle, as it is under Pulumi's engine.
      else if (!this.#silent) answer({ code: GRPC_UNKNOWN, details: describe(error) }, null)
    }
  }

  override registerResourceOutputs(request: OutputsRequest, answer: Answer): void {
    this.#engine.registerOutputs(request.getUrn(), request.getOutputs()?.toJavaScript() ?? {})
    answer(null, {})
  }
}

interface InvokeRequest {
  getTok(): string
  getArgs(): { toJavaScript(): Properties } | undefined
}

interface OutputsRequest {
  getUrn(): string
  getOutputs(): { toJavaScript(): Properties } | undefined
}
