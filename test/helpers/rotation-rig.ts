import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from '@aws-sdk/client-iam'
import { AddPermissionCommand, CreateFunctionCommand, InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda'
import {
  CreateSecretCommand,
  DescribeSecretCommand,
  GetSecretValueCommand,
  RotateSecretCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager'
import { pino } from 'pino'
import { type Clock, MINUTE } from '../../core/clock.ts'
import type { RotationEntry } from '../../core/inventory.ts'
import { systemRandom } from '../../core/random.ts'
import { TAG } from '../../core/tags.ts'
import { type KeySet, readKeySet, type VersionLabels } from '../../core/versions.ts'
import { createRotationHandler } from '../../lambdas/rotate/handler.ts'
import { strategies } from '../../lambdas/strategies/find-strategy.ts'
import type { Strategy } from '../../lambdas/strategies/strategy.ts'
import { createMovableClock, type MovableClock } from '../../local/cloud/clock.ts'
import type { Cloud } from '../../local/cloud/cloud.ts'
import type { JournalEntry } from '../../local/cloud/journal.ts'
import { services } from '../../local/cloud/services/index.ts'
import { createLambda, lambdaOf } from '../../local/cloud/services/lambda/create-lambda.ts'
import { lambda as lambdaService } from '../../local/cloud/services/lambda/index.ts'
import { inProcessCode } from '../../local/cloud/services/lambda/runtime/in-process.ts'
import { startCloud } from '../../local/cloud/start-cloud.ts'
import { type RunningUpstream, startUpstream } from '../../local/providers/start-upstream.ts'
import { trust } from './trust.ts'
import { untilActive } from './until-active.ts'

const ROLE = 'rotation-under-test'
const ADMIN = 'sk-admin-0123456789abcdef'

export interface ClientOptions {
  readonly endpoint: string
  readonly region: string
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string }
  readonly disableClockSkewCorrection: () => Promise<boolean>
}

export interface RotationRig {
  readonly cloud: Cloud
  readonly clock: MovableClock
  readonly secrets: SecretsManagerClient
  /** What an SDK client of the test's own is made with. */
  readonly clientOptions: ClientOptions
  readonly upstream: RunningUpstream
  /** Everything that a handler logged. */
  readonly logged: () => string
  /** Makes a secret that the function rotates; its first value is there when this resolves. */
  create(
    name: string,
    entry: Omit<RotationEntry, 'grace'> & { grace?: string },
    options?: { firstValue?: string | false },
  ): Promise<string>
  rotate(arn: string, token?: string): Promise<string>
  /** Rotates and lets the service retry until nothing is under way. */
  rotateToEnd(arn: string, token?: string): Promise<string>
  /** Lets the service retry until nothing is under way, at most `attempts` times. */
  settle(attempts?: number): Promise<void>
  invoke(event: object): Promise<{ failed: boolean; payload: unknown }>
  labels(arn: string): Promise<VersionLabels>
  /** The labels as everyone reads them, at the cloud's time. */
  keys(arn: string): Promise<KeySet>
  value(arn: string, versionId: string): Promise<string>
  /** Calls made by the function, to AWS and to the target. */
  calls(since?: number): readonly JournalEntry[]
  close(): Promise<void>
}

/**
 * A local cloud with one rotation function that runs in this process, and the upstream that it rotates keys at.
 * @param more strategies of a test's own, which the function holds as well
 */
export async function startRotationRig(more: readonly Strategy[] = []): Promise<RotationRig> {
  const all = [...Object.values(strategies), ...more]
  const clock = createMovableClock({ start: new Date('2026-11-22T10:00:00Z'), frozen: true })
  const running = await startCloud({
    port: 0,
    clock,
    services: withLambda(),
    wiring: { lambda: createLambda },
    lambda: { settleMs: 20 },
  })
  const { cloud } = running
  const upstream = await startUpstream({
    port: 0,
    clock,
    faults: cloud.faults,
    journal: cloud.journal,
    adminKeys: { openai: [ADMIN], openrouter: [ADMIN] },
    onKill: () => lambdaOf(cloud).killFunction(),
  })
  trust(upstream.caPem)
  const options: ClientOptions = {
    // This process does not know of the moved clock, as the children of the local cloud do.
    disableClockSkewCorrection: async () => true,
    endpoint: running.url,
    region: cloud.region,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  }
  const secrets = new SecretsManagerClient(options)
  const lambda = new LambdaClient(options)
  const inventory = { version: 1 as const, secrets: {} as Record<string, RotationEntry> }
  let logged = ''
  // One client for each environment, as the bundled functions keep theirs while they are warm.
  const clients = new Map<string, SecretsManagerClient>()
  const handler = inProcessCode((event, context, env) => {
    const {
      AWS_ACCESS_KEY_ID: accessKeyId = '',
      AWS_SECRET_ACCESS_KEY: secretAccessKey = '',
      AWS_SESSION_TOKEN: sessionToken = '',
    } = env
    const client =
      clients.get(accessKeyId) ??
      new SecretsManagerClient({
        ...options,
        maxAttempts: 5,
        credentials: { accessKeyId, secretAccessKey, sessionToken },
      })
    clients.set(accessKeyId, client)
    const log = pino(
      { level: 'trace' },
      {
        write: (line) => {
          logged += line
        },
      },
    )
    const handle = createRotationHandler({
      client,
      inventory,
      strategies: all,
      clock: hurried(clock),
      random: systemRandom,
      log,
    })
    return handle(event, context)
  })
  const functionArn = await createFunction(new IAMClient(options), lambda, handler)

  const rig: RotationRig = {
    cloud,
    clock,
    secrets,
    clientOptions: options,
    upstream,
    logged: () => logged,
    async create(name, { grace = '24h', ...entry }, { firstValue } = {}) {
      const fullName = `keyturn/test/${name}`
      inventory.secrets[fullName] = { grace, ...entry }
      const { ARN = '' } = await secrets.send(
        new CreateSecretCommand({
          Name: fullName,
          Tags: [
            { Key: TAG.stack, Value: 'keyturn/test' },
            { Key: TAG.strategy, Value: entry.strategy },
            ...tagsOf(all.find(({ kind }) => kind === entry.strategy)),
          ],
          ...(typeof firstValue === 'string' && { SecretString: firstValue }),
        }),
      )
      if (firstValue === undefined) {
        const { failed, payload } = await rig.invoke({ Step: 'createFirstValue', SecretId: ARN })
        if (failed) throw new Error(`no first value: ${JSON.stringify(payload)}`)
      }
      const rules = { ScheduleExpression: 'rate(30 days)' }
      await secrets.send(
        new RotateSecretCommand({
          SecretId: ARN,
          RotationLambdaARN: functionArn,
          RotationRules: rules,
          RotateImmediately: false,
        }),
      )
      await rig.settle(1)
      return ARN
    },
    async rotate(arn, token = systemRandom.uuid()) {
      await secrets.send(new RotateSecretCommand({ SecretId: arn, ClientRequestToken: token }))
      return token
    },
    async rotateToEnd(arn, token) {
      const version = await rig.rotate(arn, token)
      await rig.settle()
      return version
    },
    async settle(attempts = 5) {
      await cloud.rotations.idle()
      for (let attempt = 1; attempt < attempts; attempt++) {
        if (!Object.values(cloud.state.secretsManager.secrets).some(({ rotation }) => rotation?.running)) return
        await clock.advance(5 * MINUTE)
        await cloud.rotations.idle()
      }
    },
    async invoke(event) {
      const { FunctionError, Payload } = await lambda.send(
        new InvokeCommand({ FunctionName: functionArn, Payload: JSON.stringify(event) }),
      )
      return {
        failed: FunctionError !== undefined,
        payload: JSON.parse(Buffer.from(Payload ?? []).toString() || 'null'),
      }
    },
    async labels(arn) {
      return (await secrets.send(new DescribeSecretCommand({ SecretId: arn }))).VersionIdsToStages ?? {}
    },
    keys: async (arn) => readKeySet(await rig.labels(arn), clock.now()),
    async value(arn, versionId) {
      return (await secrets.send(new GetSecretValueCommand({ SecretId: arn, VersionId: versionId }))).SecretString ?? ''
    },
    calls: (since) =>
      cloud.journal
        .entries(since)
        .filter(({ source, role, service }) => source === 'target' || (role === ROLE && service === 'secretsmanager')),
    async close() {
      for (const client of [...clients.values(), secrets]) client.destroy()
      lambda.destroy()
      await upstream.close()
      await running.close()
    },
  }
  // The admin secrets that provider-key parameters name.
  for (const provider of ['openai', 'openrouter']) {
    await secrets.send(new CreateSecretCommand({ Name: `keyturn/test/${provider}-admin`, SecretString: ADMIN }))
  }
  return rig
}

/** What the program writes down of a strategy. */
const tagsOf = (strategy: Strategy | undefined): { Key: string; Value: string }[] =>
  strategy
    ? [
        { Key: TAG.supply, Value: strategy.supply },
        ...(strategy.presentedBy ? [{ Key: TAG.presentedBy, Value: strategy.presentedBy }] : []),
        ...(strategy.revoke ? [{ Key: TAG.revokedBy, Value: 'keyturn' }] : []),
      ]
    : []

const withLambda = () => (services.some(({ name }) => name === 'lambda') ? services : [...services, lambdaService])

/** The cloud's wall clock; waiting takes no time, so that back-off and polling cost the tests nothing. */
function hurried(clock: MovableClock): Clock {
  let ahead = 0
  return {
    now: () => clock.now(),
    monotonic: () => clock.monotonic() + ahead,
    sleep: async (ms, signal) => {
      signal?.throwIfAborted()
      ahead += ms
      await new Promise((resolve) => setImmediate(resolve))
    },
  }
}

async function createFunction(iam: IAMClient, lambda: LambdaClient, code: Uint8Array): Promise<string> {
  const trustPolicy = {
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' }],
  }
  const policy = {
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action: ['secretsmanager:*', 'kms:*', 'logs:*'], Resource: '*' }],
  }
  const { Role } = await iam.send(
    new CreateRoleCommand({ RoleName: ROLE, AssumeRolePolicyDocument: JSON.stringify(trustPolicy) }),
  )
  await iam.send(
    new PutRolePolicyCommand({ RoleName: ROLE, PolicyName: 'all', PolicyDocument: JSON.stringify(policy) }),
  )
  iam.destroy()
  const { FunctionArn = '' } = await lambda.send(
    new CreateFunctionCommand({
      FunctionName: 'rotate',
      Role: Role?.Arn,
      Runtime: 'nodejs24.x',
      Handler: 'index.handler',
      Code: { ZipFile: code },
      Timeout: 60,
    }),
  )
  await lambda.send(
    new AddPermissionCommand({
      FunctionName: 'rotate',
      StatementId: 'secretsmanager',
      Action: 'lambda:InvokeFunction',
      Principal: 'secretsmanager.amazonaws.com',
    }),
  )
  await untilActive(lambda, 'rotate')
  return FunctionArn
}
