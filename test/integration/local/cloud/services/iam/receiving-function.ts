import { CreateRoleCommand, IAMClient } from '@aws-sdk/client-iam'
import { AddPermissionCommand, CreateFunctionCommand, LambdaClient } from '@aws-sdk/client-lambda'
import { inProcessCode } from '../../../../../../local/cloud/services/lambda/runtime/in-process.ts'
import type { RunningCloud } from '../../../../../../local/cloud/start-cloud.ts'
import { untilActive } from '../../../../../helpers/until-active.ts'
import { clientOptions, trustService } from './fixtures.ts'

export interface ReceivingFunction {
  readonly arn: string
  /** Every event it was invoked with, in order. */
  readonly received: unknown[]
  /** Lets a service invoke it, on behalf of one resource when that is given. */
  permit(service: string, sourceArn?: string): Promise<void>
}

/** A function that keeps what it is invoked with. */
export async function createReceivingFunction(running: RunningCloud, name = 'receiver'): Promise<ReceivingFunction> {
  const iam = new IAMClient(clientOptions(running))
  const lambda = new LambdaClient(clientOptions(running))
  const received: unknown[] = []
  const { Role } = await iam.send(
    new CreateRoleCommand({ RoleName: name, AssumeRolePolicyDocument: trustService('lambda.amazonaws.com') }),
  )
  const { FunctionArn = '' } = await lambda.send(
    new CreateFunctionCommand({
      FunctionName: name,
      Runtime: 'nodejs24.x',
      Handler: 'index.handler',
      Role: Role?.Arn,
      Code: { ZipFile: inProcessCode((event) => received.push(event)) },
    }),
  )
  await untilActive(lambda, name)
  return {
    arn: FunctionArn,
    received,
    async permit(service, sourceArn) {
      await lambda.send(
        new AddPermissionCommand({
          FunctionName: name,
          StatementId: service.split('.')[0],
          Action: 'lambda:InvokeFunction',
          Principal: service,
          SourceArn: sourceArn,
        }),
      )
    },
  }
}
