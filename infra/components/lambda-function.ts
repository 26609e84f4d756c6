import { LogGroup } from '@pulumi/aws/cloudwatch/logGroup.js'
import { Function as AwsFunction, type FunctionArgs } from '@pulumi/aws/lambda/function.js'
import { FunctionEventInvokeConfig } from '@pulumi/aws/lambda/functionEventInvokeConfig.js'
import {
  all,
  asset,
  ComponentResource,
  type ComponentResourceOptions,
  type Input,
  type Output,
  type Resource,
} from '@pulumi/pulumi'
import type { FunctionNetwork } from '../config/function-network.ts'
import type { FunctionSettings } from '../config/schema.ts'
import type { Naming } from '../naming.ts'
import { allow, type IamStatement } from '../policies/permissions.ts'
import { vpcStatements } from '../policies/vpc.ts'
import { ServiceRole } from './service-role.ts'

export interface LambdaFunctionArgs {
  readonly naming: Naming
  readonly description: string
  /** Path of the bundle that becomes `index.cjs`. */
  readonly bundle: string
  /** Further files of the zip, by name. */
  readonly files: Readonly<Record<string, string>>
  readonly environment: Readonly<Record<string, Input<string>>>
  readonly settings: FunctionSettings
  /** Where it is put; outside of any VPC unless given. */
  readonly network?: FunctionNetwork | undefined
  readonly logRetentionDays: number
  /** Topic that hears of events which failed for good. */
  readonly failureTopicArn: Output<string>
  /** What the function does beyond writing logs and traces and reporting failures. */
  readonly statements: Output<readonly IamStatement[]>
}

/** A Lambda function with a role, a log group and a failure destination of its own. */
export class LambdaFunction extends ComponentResource {
  readonly arn: Output<string>
  readonly functionName: Output<string>
  /** Depend on it where the function must be able to run: its role may act, its failures are heard. */
  readonly ready: readonly Resource[]

  constructor(name: string, args: LambdaFunctionArgs, options?: ComponentResourceOptions) {
    super('keyturn:index:LambdaFunction', name, {}, options)
    const parent = this
    const physicalName = args.naming.physical(name)

    const logGroup = createLogGroup()
    const role = createRole()
    const lambda = createFunction()
    const failures = createFailureDestination()

    this.arn = lambda.arn
    this.functionName = lambda.name
    this.ready = [role.policy, failures]
    this.registerOutputs({ arn: lambda.arn })

    function createLogGroup(): LogGroup {
      return new LogGroup(
        `${name}-logs`,
        { name: `/aws/lambda/${physicalName}`, retentionInDays: args.logRetentionDays },
        { parent },
      )
    }

    function createRole(): ServiceRole {
      const { naming, description, failureTopicArn } = args
      const statements = all([args.statements, logGroup.arn, failureTopicArn]).apply(([own, logs, topic]) => [
        ...own,
        ...(args.network ? vpcStatements(naming.functionArn(name)) : []),
        allow('WriteLogs', ['logs:CreateLogStream', 'logs:PutLogEvents'], [`${logs}:*`]),
        // Traces belong to no resource: IAM knows only "*" here.
        allow('SendTraces', ['xray:PutTraceSegments', 'xray:PutTelemetryRecords'], ['*']),
        allow('ReportFailures', ['sns:Publish'], [topic]),
      ])
      return new ServiceRole(name, { naming, description, service: 'lambda.amazonaws.com', statements }, { parent })
    }

    function createFunction(): AwsFunction {
      const { settings } = args
      const lambda: FunctionArgs = {
        name: physicalName,
        description: args.description,
        role: role.arn,
        runtime: 'nodejs24.x',
        architectures: ['arm64'],
        handler: 'index.handler',
        code: createArchive(),
        memorySize: settings.memoryMb,
        timeout: settings.timeoutSeconds,
        reservedConcurrentExecutions: settings.reservedConcurrency,
        environment: { variables: args.environment },
        tracingConfig: { mode: 'Active' },
        ...(args.network && { vpcConfig: toVpcConfig(args.network) }),
      }
      // The policy comes first: Lambda checks at once that the role can report failures, and a new policy takes
      // seconds to hold everywhere, which creating the function spends anyway.
      const dependsOn = [role.policy, logGroup]
      return new AwsFunction(`${name}-function`, lambda, { parent, dependsOn })
    }

    function createArchive(): asset.AssetArchive {
      const files = Object.entries(args.files).map(([file, text]) => [file, new asset.StringAsset(text)])
      return new asset.AssetArchive({ 'index.cjs': new asset.FileAsset(args.bundle), ...Object.fromEntries(files) })
    }

    function createFailureDestination(): FunctionEventInvokeConfig {
      return new FunctionEventInvokeConfig(
        `${name}-failures`,
        {
          functionName: lambda.name,
          maximumRetryAttempts: 2,
          maximumEventAgeInSeconds: 3600,
          destinationConfig: { onFailure: { destination: args.failureTopicArn } },
        },
        { parent },
      )
    }
  }
}

const toVpcConfig = ({ subnetIds, securityGroupIds }: FunctionNetwork) => ({
  subnetIds: [...subnetIds],
  securityGroupIds: [...securityGroupIds],
})
