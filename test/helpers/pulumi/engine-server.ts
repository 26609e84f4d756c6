import { createRequire } from 'node:module'
import type * as grpcTypes from '@grpc/grpc-js'
import { elideSecrets, type Properties, reveal } from '../../../local/apply/properties.ts'
import { urnOf } from '../../../local/apply/registration.ts'

const fromPulumi = createRequire(createRequire(import.meta.url).resolve('@pulumi/pulumi'))
const grpc: typeof grpcTypes = fromPulumi('@grpc/grpc-js')
const engineProto = fromPulumi('@pulumi/pulumi/proto/engine_pb.js')
const engineGrpc = fromPulumi('@pulumi/pulumi/proto/engine_grpc_pb.js')
const resourceGrpc = fromPulumi('@pulumi/pulumi/proto/resource_grpc_pb.js')
const resourceProto = fromPulumi('@pulumi/pulumi/proto/resource_pb.js')
const { Struct } = fromPulumi('google-protobuf/google/protobuf/struct_pb.js')
const { Empty } = fromPulumi('google-protobuf/google/protobuf/empty_pb.js')

/** One resource as it reached the engine over the wire. */
export interface Registered {
  readonly urn: string
  readonly type: string
  readonly name: string
  readonly custom: boolean
  readonly parent: string
  /** Inputs as sent: secrets still marked. */
  readonly raw: Properties
  readonly inputs: Properties
  readonly elided: Properties
  readonly dependencies: readonly string[]
  readonly protect: boolean
}

export interface EngineServer {
  readonly address: string
  readonly registered: Registered[]
  /** Texts that the program logged, errors first in their severity's name: `error: …`. */
  readonly logs: string[]
  /** The stack's outputs, once registered; secrets still marked. */
  outputs(): Properties | undefined
  /** Whether the program said that it was done. */
  finished(): boolean
  close(): Promise<void>
}

export interface EngineAnswers {
  /** Whether this is `pulumi preview`. */
  readonly dryRun?: boolean
  /** Outputs beside the inputs. */
  computed(resource: Registered): Properties
  invoke(token: string, inputs: Properties): Properties
}

/** Pulumi's engine and resource monitor in the small, on one port: answers every registration and keeps it. */
export async function startEngine(answers: EngineAnswers, project: string, stack: string): Promise<EngineServer> {
  const registered: Registered[] = []
  const logs: string[] = []
  let outputs: Properties | undefined
  let finished = false

  const server = new grpc.Server()
  server.addService(engineGrpc.EngineService, {
    log: (call: Request, answer: Answer) => {
      const severity = ['debug', 'info', 'warning', 'error'][call.request.getSeverity()]
      if (severity !== 'debug') logs.push(`${severity}: ${call.request.getMessage()}`)
      answer(null, new Empty())
    },
    getRootResource: (_call: Request, answer: Answer) => answer(null, new engineProto.GetRootResourceResponse()),
    setRootResource: (_call: Request, answer: Answer) => answer(null, new engineProto.SetRootResourceResponse()),
  })
  server.addService(resourceGrpc.ResourceMonitorService, {
    getDeploymentInfo: (_call: Request, answer: Answer) => {
      const info = new resourceProto.DeploymentInfo()
      info.setSupportedfeaturesList(Object.values(resourceProto.ResourceMonitorFeature))
      answer(null, info)
    },
    invoke: ({ request }: Request, answer: Answer) => {
      const response = new resourceProto.ResourceInvokeResponse()
      const result = answers.invoke(request.getTok(), reveal(request.getArgs().toJavaScript()) as Properties)
      response.setReturn(Struct.fromJavaScript(result))
      answer(null, response)
    },
    registerResource: ({ request }: Request, answer: Answer) => {
      const resource = read(request, project, stack)
      registered.push(resource)
      const response = new resourceProto.RegisterResourceResponse()
      response.setUrn(resource.urn)
      // A preview knows neither id nor outputs of what does not exist yet.
      response.setId(resource.custom && !answers.dryRun ? `${resource.name}-id` : '')
      const computed = resource.custom && !answers.dryRun ? answers.computed(resource) : {}
      response.setObject(Struct.fromJavaScript({ ...resource.raw, ...computed }))
      answer(null, response)
    },
    registerResourceOutputs: ({ request }: Request, answer: Answer) => {
      if (request.getUrn().includes('::pulumi:pulumi:Stack::')) outputs = request.getOutputs().toJavaScript()
      answer(null, new Empty())
    },
    signalAndWaitForShutdown: (_call: Request, answer: Answer) => {
      finished = true
      answer(null, new Empty())
    },
  } as unknown as grpcTypes.UntypedServiceImplementation)

  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', grpc.ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    )
  })
  return {
    address: `127.0.0.1:${port}`,
    registered,
    logs,
    outputs: () => outputs,
    finished: () => finished,
    close: async () => server.forceShutdown(),
  }
}

interface Request {
  // biome-ignore lint/suspicious/noExplicitAny: generated messages of some sixty methods, used by name
  request: any
}
type Answer = (error: Error | null, response: unknown) => void

function read(request: Request['request'], project: string, stack: string): Registered {
  const raw = request.getObject().toJavaScript() as Properties
  return {
    urn: urnOf(project, stack, request.getParent(), request.getType(), request.getName()),
    type: request.getType(),
    name: request.getName(),
    custom: request.getCustom(),
    parent: request.getParent(),
    raw,
    inputs: reveal(raw) as Properties,
    elided: elideSecrets(raw) as Properties,
    dependencies: request.getDependenciesList(),
    protect: request.getProtect(),
  }
}
