import {
  type Architecture,
  CreateFunctionCommand,
  DeleteFunctionCommand,
  DeleteFunctionConcurrencyCommand,
  type FunctionConfiguration,
  PutFunctionConcurrencyCommand,
  type Runtime,
  UpdateFunctionCodeCommand,
  UpdateFunctionConfigurationCommand,
  waitUntilFunctionActiveV2,
  waitUntilFunctionUpdatedV2,
} from '@aws-sdk/client-lambda'
import { z } from 'zod'
import { zipArchive } from '../../archive.ts'
import { autoName, common, defineResource, type ResourceContext, tags } from '../../resource.ts'
import { configuration } from './function-configuration.ts'

const inputs = z.strictObject({
  ...common,
  ...configuration.shape,
  tags,
  name: z.string().optional(),
  architectures: z.array(z.enum(['arm64', 'x86_64'])).optional(),
  code: z.unknown().refine((code) => code !== undefined, 'must be a pulumi.asset.Archive'),
  packageType: z.literal('Zip').optional(),
  publish: z.literal(false).optional(),
  reservedConcurrentExecutions: z.int().optional(),
  sourceCodeHash: z.string().optional(),
})

type Inputs = z.infer<typeof inputs>

export const lambdaFunction = defineResource<Inputs>({
  inputs,
  replaceOn: ['name', 'packageType', 'tags'],
  deleteBeforeReplace: true,
  create: async (args, context) => {
    const name = args.name ?? autoName(context)
    const created = await context.clients.lambda.send(
      new CreateFunctionCommand({
        FunctionName: name,
        Code: { ZipFile: await zipArchive(args.code) },
        Architectures: args.architectures as Architecture[] | undefined,
        Tags: args.tags,
        ...toConfiguration(args),
      }),
    )
    await waitUntilFunctionActiveV2(ready(context), { FunctionName: name })
    if (args.reservedConcurrentExecutions !== undefined) await setConcurrency(name, args, context)
    return { id: name, outputs: { ...describe(created, context), name, tagsAll: args.tags ?? {} } }
  },
  update: async ({ id }, args, context) => {
    const { lambda } = context.clients
    const Architectures = args.architectures as Architecture[] | undefined
    await lambda.send(
      new UpdateFunctionCodeCommand({ FunctionName: id, ZipFile: await zipArchive(args.code), Architectures }),
    )
    await waitUntilFunctionUpdatedV2(ready(context), { FunctionName: id })
    const updated = await lambda.send(
      new UpdateFunctionConfigurationCommand({ FunctionName: id, ...toConfiguration(args) }),
    )
    await waitUntilFunctionUpdatedV2(ready(context), { FunctionName: id })
    await setConcurrency(id, args, context)
    return describe(updated, context)
  },
  delete: async ({ id }, { clients }) => {
    await clients.lambda.send(new DeleteFunctionCommand({ FunctionName: id }))
  },
})

/** Pulumi's AWS provider waits too: what comes next is refused until the function is ready. Seconds. */
const ready = ({ clients: { lambda: client } }: ResourceContext) =>
  ({ client, maxWaitTime: 600, minDelay: 0.05, maxDelay: 1 }) as const

/** Pulumi's -1 stands for "no reservation". */
async function setConcurrency(FunctionName: string, args: Inputs, { clients }: ResourceContext): Promise<void> {
  const reserved = args.reservedConcurrentExecutions ?? -1
  if (reserved < 0) await clients.lambda.send(new DeleteFunctionConcurrencyCommand({ FunctionName }))
  else {
    const ReservedConcurrentExecutions = reserved
    await clients.lambda.send(new PutFunctionConcurrencyCommand({ FunctionName, ReservedConcurrentExecutions }))
  }
}

function toConfiguration(args: Inputs) {
  return {
    Role: args.role,
    Handler: args.handler,
    Runtime: args.runtime as Runtime | undefined,
    Description: args.description,
    Timeout: args.timeout,
    MemorySize: args.memorySize,
    KMSKeyArn: args.kmsKeyArn,
    Environment: args.environment && { Variables: args.environment.variables ?? {} },
    EphemeralStorage: args.ephemeralStorage && { Size: args.ephemeralStorage.size },
    TracingConfig: args.tracingConfig && { Mode: args.tracingConfig.mode },
    DeadLetterConfig: args.deadLetterConfig && { TargetArn: args.deadLetterConfig.targetArn },
    LoggingConfig: args.loggingConfig && {
      LogFormat: args.loggingConfig.logFormat,
      LogGroup: args.loggingConfig.logGroup,
      ApplicationLogLevel: args.loggingConfig.applicationLogLevel,
      SystemLogLevel: args.loggingConfig.systemLogLevel,
    },
    VpcConfig: args.vpcConfig && {
      SubnetIds: args.vpcConfig.subnetIds,
      SecurityGroupIds: args.vpcConfig.securityGroupIds,
    },
  }
}

function describe(
  { FunctionArn, CodeSha256, CodeSize, LastModified, Version }: FunctionConfiguration,
  { region }: ResourceContext,
) {
  return {
    arn: FunctionArn,
    invokeArn: `arn:aws:apigateway:${region}:lambda:path/2015-03-31/functions/${FunctionArn}/invocations`,
    qualifiedArn: `${FunctionArn}:${Version ?? '$LATEST'}`,
    version: Version ?? '$LATEST',
    lastModified: LastModified,
    sourceCodeHash: CodeSha256,
    sourceCodeSize: CodeSize,
  }
}
