import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CloudWatchLogsClient, CreateLogGroupCommand, DescribeLogGroupsCommand } from '@aws-sdk/client-cloudwatch-logs'
import { CreateClusterCommand, DescribeServicesCommand, ECSClient } from '@aws-sdk/client-ecs'
import { EventBridgeClient, PutRuleCommand, RemoveTargetsCommand } from '@aws-sdk/client-eventbridge'
import { CreateRoleCommand, GetRoleCommand, IAMClient, PutRolePolicyCommand } from '@aws-sdk/client-iam'
import {
  CreateAliasCommand,
  CreateKeyCommand,
  GenerateDataKeyCommand,
  KMSClient,
  ListAliasesCommand,
} from '@aws-sdk/client-kms'
import { CreateFunctionCommand, GetFunctionCommand, LambdaClient } from '@aws-sdk/client-lambda'
import { CreateScheduleCommand, GetScheduleCommand, SchedulerClient } from '@aws-sdk/client-scheduler'
import {
  CreateSecretCommand,
  DescribeSecretCommand,
  GetSecretValueCommand,
  ListSecretsCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager'
import { CreateTopicCommand, PublishCommand, SNSClient } from '@aws-sdk/client-sns'
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts'
import { expect, onTestFinished, test } from 'vitest'
import { type Identity, startTestCloud, type TestCloud } from '../../../../helpers/local-cloud.ts'
import { zipOf } from '../../../../helpers/zip-of.ts'

const HOME = 'eu-central-1'
const OTHER = 'eu-west-1'
const KeySpec = 'AES_256'
const ADMINISTRATOR = { accessKeyId: 'local', secretAccessKey: 'local' }

function clientsIn(local: TestCloud, region: string, credentials: Identity = ADMINISTRATOR) {
  const config = { endpoint: local.url, region, credentials, maxAttempts: 1 }
  const clients = {
    secrets: new SecretsManagerClient(config),
    kms: new KMSClient(config),
    lambda: new LambdaClient(config),
    sns: new SNSClient(config),
    events: new EventBridgeClient(config),
    logs: new CloudWatchLogsClient(config),
    ecs: new ECSClient(config),
    scheduler: new SchedulerClient(config),
    iam: new IAMClient(config),
    sts: new STSClient(config),
  }
  onTestFinished(() => {
    for (const client of Object.values(clients)) client.destroy()
  })
  return clients
}

const trust = (principal: object): string =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: { Effect: 'Allow', Action: 'sts:AssumeRole', Principal: principal },
  })

test("a client of another Region reads nothing of this Region's secrets, and makes its own under the same name", async () => {
  const local = await startTestCloud()
  const [here, there] = [clientsIn(local, HOME), clientsIn(local, OTHER)]
  const { ARN } = await here.secrets.send(new CreateSecretCommand({ Name: 'app', SecretString: 'here' }))

  for (const SecretId of ['app', ARN]) {
    await expect(there.secrets.send(new GetSecretValueCommand({ SecretId }))).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    })
  }
  expect((await there.secrets.send(new ListSecretsCommand({}))).SecretList).toEqual([])

  const made = await there.secrets.send(new CreateSecretCommand({ Name: 'app', SecretString: 'there' }))
  expect(made.ARN).toMatch(`arn:aws:secretsmanager:${OTHER}:000000000000:secret:app-`)
  const valueIn = async ({ secrets }: typeof here) =>
    (await secrets.send(new GetSecretValueCommand({ SecretId: 'app' }))).SecretString
  expect([await valueIn(here), await valueIn(there)]).toEqual(['here', 'there'])
})

test('keys, functions, topics, rules, log groups, clusters and schedules are of their Region', async () => {
  const local = await startTestCloud()
  const [here, there] = [clientsIn(local, HOME), clientsIn(local, OTHER)]
  const { Role } = await here.iam.send(
    new CreateRoleCommand({
      RoleName: 'worker',
      AssumeRolePolicyDocument: trust({ Service: ['lambda.amazonaws.com', 'scheduler.amazonaws.com'] }),
    }),
  )
  const { KeyMetadata } = await here.kms.send(new CreateKeyCommand({}))
  await here.kms.send(new CreateAliasCommand({ AliasName: 'alias/app', TargetKeyId: KeyMetadata?.KeyId }))
  const { FunctionArn = '' } = await here.lambda.send(
    new CreateFunctionCommand({
      FunctionName: 'app',
      Role: Role?.Arn,
      Runtime: 'nodejs24.x',
      Handler: 'index.handler',
      Code: { ZipFile: zipOf({ 'index.cjs': 'exports.handler = () => 1' }) },
    }),
  )
  const { TopicArn } = await here.sns.send(new CreateTopicCommand({ Name: 'app' }))
  await here.events.send(new PutRuleCommand({ Name: 'app', EventPattern: '{"source":["app"]}' }))
  await here.logs.send(new CreateLogGroupCommand({ logGroupName: 'app' }))
  await here.ecs.send(new CreateClusterCommand({ clusterName: 'app' }))
  await here.scheduler.send(
    new CreateScheduleCommand({
      Name: 'app',
      ScheduleExpression: 'rate(1 day)',
      FlexibleTimeWindow: { Mode: 'OFF' },
      Target: { Arn: FunctionArn, RoleArn: Role?.Arn },
    }),
  )

  const refusals = {
    'a key by id': () => there.kms.send(new GenerateDataKeyCommand({ KeyId: KeyMetadata?.KeyId, KeySpec })),
    'a key by ARN': () => there.kms.send(new GenerateDataKeyCommand({ KeyId: KeyMetadata?.Arn, KeySpec })),
    'a key by alias': () => there.kms.send(new GenerateDataKeyCommand({ KeyId: 'alias/app', KeySpec })),
    'a function by name': () => there.lambda.send(new GetFunctionCommand({ FunctionName: 'app' })),
    'a function by ARN': () => there.lambda.send(new GetFunctionCommand({ FunctionName: FunctionArn })),
    'a topic': () => there.sns.send(new PublishCommand({ TopicArn, Message: 'x' })),
    'a rule': () => there.events.send(new RemoveTargetsCommand({ Rule: 'app', Ids: ['x'] })),
    'a schedule': () => there.scheduler.send(new GetScheduleCommand({ Name: 'app' })),
    'services of a cluster': () => there.ecs.send(new DescribeServicesCommand({ cluster: 'app', services: ['x'] })),
  }
  for (const [what, refusal] of Object.entries(refusals)) {
    await expect(refusal(), what).rejects.toMatchObject({ name: expect.stringMatching(/NotFound/) })
  }
  expect((await there.kms.send(new ListAliasesCommand({}))).Aliases).toEqual([])
  expect((await there.logs.send(new DescribeLogGroupsCommand({}))).logGroups).toEqual([])
  // The same ARNs in the Region that they name.
  await here.lambda.send(new GetFunctionCommand({ FunctionName: FunctionArn }))
  await here.kms.send(new GenerateDataKeyCommand({ KeyId: KeyMetadata?.Arn, KeySpec }))
})

test("an ARN of another Region does not reach this Region's thing of the same name", async () => {
  const local = await startTestCloud()
  const [here, there] = [clientsIn(local, HOME), clientsIn(local, OTHER)]
  const { KeyMetadata } = await here.kms.send(new CreateKeyCommand({}))
  await here.kms.send(new CreateAliasCommand({ AliasName: 'alias/app', TargetKeyId: KeyMetadata?.KeyId }))
  await here.ecs.send(new CreateClusterCommand({ clusterName: 'app' }))

  await expect(
    here.kms.send(new GenerateDataKeyCommand({ KeyId: `arn:aws:kms:${OTHER}:000000000000:alias/app`, KeySpec })),
  ).rejects.toMatchObject({ name: 'NotFoundException', message: `Invalid arn ${OTHER}` })
  await expect(
    here.lambda.send(new GetFunctionCommand({ FunctionName: `arn:aws:lambda:${OTHER}:000000000000:function:app` })),
  ).rejects.toMatchObject({
    name: 'ResourceNotFoundException',
    message: `Functions from '${OTHER}' are not reachable in this region ('${HOME}')`,
  })
  await expect(
    here.ecs.send(
      new DescribeServicesCommand({ cluster: `arn:aws:ecs:${OTHER}:000000000000:cluster/app`, services: ['x'] }),
    ),
  ).rejects.toMatchObject({ name: 'ClusterNotFoundException' })
  await there.ecs.send(new CreateClusterCommand({ clusterName: 'app' }))
})

test('roles and sessions are of every Region, and aws:RequestedRegion is the Region that was asked', async () => {
  const local = await startTestCloud()
  const [here, there] = [clientsIn(local, HOME), clientsIn(local, OTHER)]
  const { Role } = await there.iam.send(
    new CreateRoleCommand({
      RoleName: 'reader',
      AssumeRolePolicyDocument: trust({ AWS: 'arn:aws:iam::000000000000:root' }),
    }),
  )
  expect((await here.iam.send(new GetRoleCommand({ RoleName: 'reader' }))).Role?.Arn).toBe(Role?.Arn)
  await here.iam.send(
    new PutRolePolicyCommand({
      RoleName: 'reader',
      PolicyName: 'list',
      PolicyDocument: JSON.stringify({
        Version: '2012-10-17',
        Statement: {
          Effect: 'Allow',
          Action: 'secretsmanager:ListSecrets',
          Resource: '*',
          Condition: { StringEquals: { 'aws:RequestedRegion': OTHER } },
        },
      }),
    }),
  )
  const identity = local.cloud.iam.issueCredentials(Role?.Arn ?? '', 'test')
  const caller = await clientsIn(local, OTHER, identity).sts.send(new GetCallerIdentityCommand({}))
  expect(caller.Arn).toBe('arn:aws:sts::000000000000:assumed-role/reader/test')
  await clientsIn(local, OTHER, identity).secrets.send(new ListSecretsCommand({}))
  await expect(clientsIn(local, HOME, identity).secrets.send(new ListSecretsCommand({}))).rejects.toMatchObject({
    name: 'AccessDeniedException',
  })
})

test('another Region has the same clock, journal and faults', async () => {
  const local = await startTestCloud()
  const there = clientsIn(local, OTHER)
  const { DeletedDate, CreatedDate } = await there.secrets
    .send(new CreateSecretCommand({ Name: 'app', SecretString: 'v' }))
    .then(() => there.secrets.send(new DescribeSecretCommand({ SecretId: 'app' })))
  expect([CreatedDate, DeletedDate]).toEqual([local.cloud.clock.now(), undefined])
  expect(local.cloud.journal.entries().map(({ operation }) => operation)).toEqual(['CreateSecret', 'DescribeSecret'])
  local.cloud.faults.add({ service: 'secretsmanager', operation: 'ListSecrets', effect: { kind: 'throttle' } })
  await expect(there.secrets.send(new ListSecretsCommand({}))).rejects.toMatchObject({ name: 'ThrottlingException' })
})

test('a Region whose name is none is refused, as by AWS', async () => {
  const local = await startTestCloud()
  for (const region of ['nowhere', 'eu-west', '1-eu-west']) {
    await expect(clientsIn(local, region).secrets.send(new ListSecretsCommand({})), region).rejects.toMatchObject({
      name: 'InvalidSignatureException',
      message: expect.stringContaining('Credential should be scoped to a valid region'),
    })
  }
})

test('state that was kept for another home Region is refused, and left as it is', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'keyturn-regions-'))
  await (await startTestCloud({ dataDir })).close()
  await expect(startTestCloud({ dataDir, region: OTHER })).rejects.toMatchObject({
    code: 'data-dir-region',
    message: expect.stringMatching(/made in eu-central-1, and aws:region is eu-west-1/),
  })
  await startTestCloud({ dataDir, region: HOME })
})

test("another Region's state survives a restart", async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'keyturn-regions-'))
  const first = await startTestCloud({ dataDir })
  await clientsIn(first, OTHER).secrets.send(new CreateSecretCommand({ Name: 'app', SecretString: 'there' }))
  await first.close()
  const second = await startTestCloud({ dataDir })
  const { SecretString } = await clientsIn(second, OTHER).secrets.send(new GetSecretValueCommand({ SecretId: 'app' }))
  expect(SecretString).toBe('there')
  await expect(
    clientsIn(second, HOME).secrets.send(new GetSecretValueCommand({ SecretId: 'app' })),
  ).rejects.toMatchObject({ name: 'ResourceNotFoundException' })
})
