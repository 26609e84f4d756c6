import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { EventBridgeClient, PutRuleCommand, PutTargetsCommand } from '@aws-sdk/client-eventbridge'
import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from '@aws-sdk/client-iam'
import { AddPermissionCommand, CreateFunctionCommand, LambdaClient } from '@aws-sdk/client-lambda'
import {
  PutSecretValueCommand,
  SecretsManagerClient,
  UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager'
import { CreateTopicCommand, SNSClient, SubscribeCommand } from '@aws-sdk/client-sns'
import { pino } from 'pino'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { HOUR, MINUTE } from '../../../core/clock.ts'
import { publishTo } from '../../../lambdas/notify/publish.ts'
import { createSweepHandler, type SweepHandler } from '../../../lambdas/sweep/handler.ts'
import { inProcessCode } from '../../../local/cloud/services/lambda/runtime/in-process.ts'
import { openAiParams } from '../../helpers/provider-params.ts'
import { type RotationRig, startRotationRig } from '../../helpers/rotation-rig.ts'

let rig: RotationRig
let sweeper: SweepHandler
let server: Server
let serial = 0
const closing: { destroy(): void }[] = []
/** What the subscriber has received, oldest first. */
const received: { Subject: string; Message: string; MessageAttributes: Record<string, { Value: string }> }[] = []

/** The events' wiring as the program makes it, with a person's endpoint at its end. */
beforeAll(async () => {
  rig = await startRotationRig()
  const open = <Client extends { destroy(): void }>(client: Client): Client => {
    closing.push(client)
    return client
  }
  const sns = open(new SNSClient(rig.clientOptions))
  const lambda = open(new LambdaClient(rig.clientOptions))
  const { TopicArn = '' } = await sns.send(new CreateTopicCommand({ Name: 'notifications' }))
  server = createServer((request, response) => {
    let body = ''
    request.on('data', (chunk) => {
      body += chunk
    })
    request.on('end', () => {
      received.push(JSON.parse(body))
      response.end()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const Endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`
  await sns.send(new SubscribeCommand({ TopicArn, Protocol: 'http', Endpoint }))

  sweeper = createSweepHandler({
    secrets: open(new SecretsManagerClient(rig.clientOptions)),
    lambda,
    publish: publishTo(sns, TopicArn),
    stack: 'keyturn/test',
    everyMs: 5 * MINUTE,
    clock: rig.clock,
    log: pino({ level: 'silent' }),
  })
  const FunctionArn = await createFunction(open(new IAMClient(rig.clientOptions)), lambda)
  const events = open(new EventBridgeClient(rig.clientOptions))
  const EventPattern = JSON.stringify({
    source: ['aws.secretsmanager'],
    'detail-type': ['Secret Label Updated', 'AWS Service Event via CloudTrail'],
  })
  await events.send(new PutRuleCommand({ Name: 'secrets', EventPattern }))
  await events.send(new PutTargetsCommand({ Rule: 'secrets', Targets: [{ Id: 'sweeper', Arn: FunctionArn }] }))
})
afterAll(async () => {
  server?.close()
  for (const client of closing) client.destroy()
  await rig.close()
})
beforeEach(() => {
  received.length = 0
})
afterEach(() => rig.cloud.faults.clear())

async function createFunction(iam: IAMClient, lambda: LambdaClient): Promise<string> {
  const statement = { Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' }
  const AssumeRolePolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement: [statement] })
  const { Role } = await iam.send(new CreateRoleCommand({ RoleName: 'sweep', AssumeRolePolicyDocument }))
  const logs = { Effect: 'Allow', Action: 'logs:*', Resource: '*' }
  const PolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement: [logs] })
  await iam.send(new PutRolePolicyCommand({ RoleName: 'sweep', PolicyName: 'logs', PolicyDocument }))
  const code = inProcessCode((event, context) => sweeper(event, context))
  const settings = { Runtime: 'nodejs24.x', Handler: 'index.handler', Timeout: 60, Role: Role?.Arn } as const
  const { FunctionArn = '' } = await lambda.send(
    new CreateFunctionCommand({ FunctionName: 'sweep', Code: { ZipFile: code }, ...settings }),
  )
  const permission = { StatementId: 'events', Action: 'lambda:InvokeFunction', Principal: 'events.amazonaws.com' }
  await lambda.send(new AddPermissionCommand({ FunctionName: 'sweep', ...permission }))
  return FunctionArn
}

/** Everything that the service, the events and the functions have under way is done when this resolves. */
async function settled(): Promise<void> {
  for (let round = 0; round < 3; round++) {
    await rig.cloud.rotations.idle()
    await rig.cloud.clock.idle()
  }
}

const schedule = async () => {
  await sweeper({}, { getRemainingTimeInMillis: () => 5 * MINUTE })
  await settled()
}
const make = async (grace = '2h') => {
  const name = `event-${++serial}`
  const arn = await rig.create(name, {
    strategy: 'provider-key',
    params: openAiParams(rig.upstream.url, `proj_${name}`),
    grace,
  })
  await settled()
  return { arn, name: `keyturn/test/${name}` }
}
const alive = (keyId: string): boolean => rig.upstream.keys.live('openai').some(({ id }) => id === keyId)
const stateOf = ({ MessageAttributes }: (typeof received)[number]): string =>
  `${MessageAttributes.code?.Value} ${MessageAttributes.state?.Value}`

describe('part of A8: a rotation that fails for good', () => {
  it('reaches a subscriber once, with the reason and the next action; and once more when it is mended', async () => {
    const { arn, name } = await make()
    const dead = { kind: 'drop', when: 'before' } as const
    rig.cloud.faults.add({ service: 'upstream', operation: '*', times: 100_000, effect: dead })
    await rig.rotateToEnd(arn)
    await settled()
    expect((await rig.keys(arn)).pending).toBeDefined()

    expect(received.map(stateOf)).toEqual(['rotation-failed raised'])
    const [message] = received
    expect(message?.Subject).toBe(`Keyturn: its rotation has failed: ${name}`)
    expect(message?.MessageAttributes).toMatchObject({ secret: { Value: name }, kind: { Value: 'needs-human' } })
    expect(message?.Message).toMatch(/Why: +.*\(target-unreachable in createSecret\)/)
    expect(message?.Message).toContain(`aws secretsmanager rotate-secret --secret-id ${name}`)

    // However often it is looked at, until the hour is over.
    for (let sweep = 0; sweep < 11; sweep++) {
      await rig.clock.advance(5 * MINUTE)
      await schedule()
    }
    expect(received).toHaveLength(1)
    await rig.clock.advance(10 * MINUTE)
    await schedule()
    expect(received.map(stateOf)).toEqual(['rotation-failed raised', 'rotation-failed standing'])

    rig.cloud.faults.clear()
    await rig.rotate(arn, (await rig.keys(arn)).pending).catch(() => {})
    await settled()
    await schedule()
    expect(received.map(stateOf).at(-1)).toBe('rotation-failed over')
    await schedule()
    expect(received).toHaveLength(3)
  })

  it('tells at once what the function itself gave up', async () => {
    const { arn, name } = await make()
    const refused = { kind: 'error', code: 'refused', status: 401 } as const
    rig.cloud.faults.add({ service: 'upstream', operation: '*', times: 1_000, effect: refused })
    await rig.rotateToEnd(arn)
    await settled()
    expect(received.map(stateOf)).toEqual(['rotation-failed raised'])
    expect(received[0]?.Message).toContain("Put a valid administrator's key into the secret")
    expect(received[0]?.Message).toContain(name)
    rig.cloud.faults.clear()
    await rig.rotateToEnd(arn)
    await settled()
    await schedule()
    expect(received.map(stateOf)).toEqual(['rotation-failed raised', 'rotation-failed over'])
  })

  it('is silent while the service still tries, and about a rotation that succeeds', async () => {
    const { arn } = await make()
    rig.cloud.faults.add({
      service: 'upstream',
      operation: 'CreateKey',
      times: 20,
      effect: { kind: 'drop', when: 'before' },
    })
    await rig.rotate(arn)
    await settled()
    await schedule()
    expect(received).toEqual([])
    rig.cloud.faults.clear()
    await rig.settle()
    await settled()
    await schedule()
    expect(received).toEqual([])
    expect((await rig.keys(arn)).pending).toBeUndefined()
  })
})

describe('B19, part of A9: a value changed by hand', () => {
  it('has its predecessor in grace without a sweep, and then retired by its label', async () => {
    const { arn } = await make()
    const before = (await rig.keys(arn)).current ?? ''
    const { keyId } = JSON.parse(await rig.value(arn, before))
    const other = await make()
    const SecretString = await rig.value(other.arn, (await rig.keys(other.arn)).current ?? '')
    await rig.secrets.send(new PutSecretValueCommand({ SecretId: arn, SecretString }))
    await settled()
    const [grace] = (await rig.keys(arn)).grace
    expect(grace?.versionId).toBe(before)
    expect(grace?.deadline).toEqual(new Date(rig.clock.now().getTime() + 2 * HOUR))
    expect(alive(keyId)).toBe(true)
    expect(received).toEqual([])

    await rig.clock.advance(2 * HOUR)
    await schedule()
    expect(alive(keyId)).toBe(false)
    expect(Object.keys(await rig.labels(arn))).not.toContain(before)
  })

  it('is retired at once when the label’s time is set to the past by hand', async () => {
    const { arn } = await make()
    const before = (await rig.keys(arn)).current ?? ''
    const { keyId } = JSON.parse(await rig.value(arn, before))
    await rig.rotateToEnd(arn)
    await settled()
    expect(alive(keyId)).toBe(true)
    const past = { SecretId: arn, VersionStage: 'GRACE-UNTIL-20260101T000000Z', MoveToVersionId: before }
    await rig.secrets.send(new UpdateSecretVersionStageCommand(past))
    await settled()
    expect(alive(keyId)).toBe(false)
  })

  it('is told when its strategy cannot use it, and over when it is a good one', async () => {
    const { arn } = await make()
    const good = (await rig.keys(arn)).current ?? ''
    await rig.secrets.send(new PutSecretValueCommand({ SecretId: arn, SecretString: 'plain text' }))
    await settled()
    expect(received.map(stateOf)).toEqual(['not-ordered raised'])
    expect(received[0]?.Message).toMatch(/Why: .*secret-value-malformed in orderVersions/)
    expect(received[0]?.Message).not.toContain('plain text')
    expect((await rig.keys(arn)).grace.map(({ versionId }) => versionId)).toEqual([good])

    const back = {
      SecretId: arn,
      VersionStage: 'AWSCURRENT',
      MoveToVersionId: good,
      RemoveFromVersionId: (await rig.keys(arn)).current,
    }
    await rig.secrets.send(new UpdateSecretVersionStageCommand(back))
    await settled()
    await schedule()
    expect(received.map(stateOf)).toEqual(['not-ordered raised', 'not-ordered over'])
    expect(await rig.labels(arn)).toMatchObject({ [good]: ['AWSCURRENT'] })
  })

  it('stops by itself: its own labels make further events, which find nothing to do', async () => {
    const { arn, name } = await make()
    const since = rig.cloud.journal.last
    await rig.rotateToEnd(arn)
    await settled()
    const did = (operation: string) => rig.cloud.journal.entries(since).filter((entry) => entry.operation === operation)
    const events = rig.cloud.state.events.recent.filter((event) => event['detail-type'] === 'Secret Label Updated')
    const moved = events.map(({ detail }) => detail as { name: string; labelUpdated: string })
    const labels = moved.filter((detail) => detail.name === name).map(({ labelUpdated }) => labelUpdated)
    expect(labels).toEqual(['AWSCURRENT', expect.stringMatching(/^GRACE-UNTIL-/), 'AWSCURRENT'])
    expect(did('Invoke').some(({ principal }) => principal === 'events.amazonaws.com')).toBe(true)
    const ours = did('Invoke').filter(({ principal }) => !/^(events|secretsmanager)\.amazonaws/.test(principal))
    expect(ours).toEqual([])
    expect(did('TagResource')).toEqual([])
  })
})
