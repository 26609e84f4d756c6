import { CreateRoleCommand, DeleteRolePolicyCommand, IAMClient, PutRolePolicyCommand } from '@aws-sdk/client-iam'
import {
  CreateFunctionCommand,
  type CreateFunctionCommandInput,
  InvokeCommand,
  LambdaClient,
} from '@aws-sdk/client-lambda'
import { type RunningCloud, type StartOptions, startCloud } from '../../../../../../local/cloud/start-cloud.ts'
import { untilActive } from '../../../../../helpers/until-active.ts'
import { zipOf } from '../../../../../helpers/zip-of.ts'

export { zipOf }

export interface LambdaSetup {
  readonly running: RunningCloud
  readonly lambda: LambdaClient
  readonly iam: IAMClient
  client(options?: Partial<ClientOptions>): LambdaClient
  /** Lets a role do something on everything, under a policy of that action's name. */
  allow(role: string, ...actions: string[]): Promise<void>
  forbid(role: string, action: string): Promise<void>
  createRole(name: string, service?: string): Promise<string>
  /** A function of one CommonJS file, under role `worker`, once it is active. */
  create(name: string, source: string | Uint8Array, options?: Partial<CreateFunctionCommandInput>): Promise<void>
  invoke(name: string, payload?: unknown, options?: { type?: 'Event' }): Promise<Invoked>
  close(): Promise<void>
}

interface ClientOptions {
  accessKeyId: string
  secretAccessKey: string
  sessionToken: string
}

export interface Invoked {
  status: number | undefined
  error: string | undefined
  // biome-ignore lint/suspicious/noExplicitAny: a function may answer any JSON
  payload: any
  log: string
}

export async function setUpLambda(options: StartOptions = {}): Promise<LambdaSetup> {
  const running = await startCloud({ port: 0, ...options, lambda: { settleMs: 20, ...options.lambda } })
  const administrator = { accessKeyId: 'local', secretAccessKey: 'local' }
  const region = 'eu-central-1'
  const client = (credentials: Partial<ClientOptions> = {}): LambdaClient =>
    new LambdaClient({
      endpoint: running.url,
      region,
      credentials: { ...administrator, ...credentials },
      maxAttempts: 1,
    })
  const lambda = client()
  const iam = new IAMClient({ endpoint: running.url, region, credentials: administrator, maxAttempts: 1 })

  const setup: LambdaSetup = {
    running,
    lambda,
    iam,
    client,
    async createRole(name, service = 'lambda.amazonaws.com') {
      const Statement = [{ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service: service } }]
      const trust = JSON.stringify({ Version: '2012-10-17', Statement })
      const { Role } = await iam.send(new CreateRoleCommand({ RoleName: name, AssumeRolePolicyDocument: trust }))
      return Role?.Arn ?? ''
    },
    async allow(role, ...actions) {
      for (const action of actions) {
        const Statement = [{ Sid: 'Test', Effect: 'Allow', Action: action, Resource: '*' }]
        const document = JSON.stringify({ Version: '2012-10-17', Statement })
        await iam.send(
          new PutRolePolicyCommand({ RoleName: role, PolicyName: policyName(action), PolicyDocument: document }),
        )
      }
    },
    async forbid(role, action) {
      await iam.send(new DeleteRolePolicyCommand({ RoleName: role, PolicyName: policyName(action) }))
    },
    async create(name, source, input = {}) {
      await lambda.send(
        new CreateFunctionCommand({
          FunctionName: name,
          Runtime: 'nodejs24.x',
          Role: `arn:aws:iam::000000000000:role/worker`,
          Handler: 'index.handler',
          Timeout: 10,
          Code: { ZipFile: typeof source === 'string' ? zipOf({ 'index.cjs': source }) : source },
          ...input,
        }),
      )
      await untilActive(lambda, name)
    },
    async invoke(name, payload = {}, { type } = {}) {
      const answer = await lambda.send(
        new InvokeCommand({
          FunctionName: name,
          Payload: JSON.stringify(payload),
          InvocationType: type ?? 'RequestResponse',
          ...(type === undefined && { LogType: 'Tail' as const }),
        }),
      )
      const text = answer.Payload?.transformToString() ?? ''
      return {
        status: answer.StatusCode,
        error: answer.FunctionError,
        payload: text === '' ? undefined : JSON.parse(text),
        log: Buffer.from(answer.LogResult ?? '', 'base64').toString(),
      }
    },
    async close() {
      lambda.destroy()
      iam.destroy()
      await running.close()
    },
  }
  await setup.createRole('worker')
  return setup
}

const policyName = (action: string): string => action.replaceAll(/[^A-Za-z]/g, '-')
