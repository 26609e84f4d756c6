import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DescribeLogGroupsCommand } from '@aws-sdk/client-cloudwatch-logs'
import { GetKeyPolicyCommand, GetKeyRotationStatusCommand, ListAliasesCommand } from '@aws-sdk/client-kms'
import {
  GetFunctionCommand,
  GetFunctionConcurrencyCommand,
  GetFunctionEventInvokeConfigCommand,
} from '@aws-sdk/client-lambda'
import { DescribeSecretCommand, PutSecretValueCommand, RotateSecretCommand } from '@aws-sdk/client-secrets-manager'
import { SNSClient, SubscribeCommand } from '@aws-sdk/client-sns'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { HOUR, MINUTE, SECOND, systemClock } from '../../core/clock.ts'
import { ecsOf } from '../../local/cloud/services/ecs/ecs.ts'
import { sha256 } from '../../local/providers/key-registry.ts'
import { awsCli, withAwsCli } from '../helpers/aws-cli.ts'
import { accepted, chat } from '../helpers/stack/chat.ts'
import { ROTATED } from '../helpers/stack/exercise.ts'
import { keyturn } from '../helpers/stack/keyturn-cli.ts'
import { advance, fullName, keyIn, keySet, labels, rotate, setClock, until, value } from '../helpers/stack/operate.ts'
import { clientConfig, LOCAL, type StackUnderTest, startStack } from '../helpers/stack/stack-under-test.ts'
import { type Asked, startTraffic } from '../helpers/stack/traffic.ts'

let stack: StackUnderTest

/** Rare, so that days pass quickly. */
const SWEEP_MINUTES = 30

beforeAll(async () => {
  stack = await startStack({ overrides: { 'keyturn:sweepMinutes': SWEEP_MINUTES } })
}, 120_000)

afterAll(async () => {
  await stack?.close()
})

describe('what pulumi up has made', () => {
  test('a KMS key for each group, rotated yearly, under an alias, whose policy names principals (A1)', async () => {
    const { Aliases = [] } = await stack.kms.send(new ListAliasesCommand({}))
    for (const group of ['upstream', 'clients', 'internal']) {
      const KeyId = Aliases.find(({ AliasName }) => AliasName === `alias/keyturn/dev/${group}`)?.TargetKeyId
      const rotation = await stack.kms.send(new GetKeyRotationStatusCommand({ KeyId }))
      expect(rotation).toMatchObject({ KeyRotationEnabled: true, RotationPeriodInDays: 365 })
      const { Policy = '' } = await stack.kms.send(new GetKeyPolicyCommand({ KeyId }))
      const { Statement } = JSON.parse(Policy) as { Statement: KeyStatement[] }
      expect(Statement.map(({ Principal }) => Principal)).toEqual(Statement.map(() => ({ AWS: ROOT })))
      for (const { Sid, Condition } of Statement.filter(({ Action }) => Action.includes('kms:Decrypt'))) {
        expect(Condition?.ArnEquals?.['aws:PrincipalArn'], Sid).toEqual(
          expect.arrayContaining([expect.stringMatching(/^arn:aws:iam::000000000000:(role|user)\/[\w-]+$/)]),
        )
        expect(Condition?.StringEquals).toMatchObject({ 'kms:ViaService': 'secretsmanager.eu-central-1.amazonaws.com' })
      }
    }
    const keys = Object.values(stack.state.resources).filter(({ type }) => type === 'aws:kms/key:Key')
    expect(keys.map(({ inputs }) => inputs.deletionWindowInDays)).toEqual([30, 30, 30])
  })

  test('a function for each family: runtime, log retention, concurrency, traces, failure destination (part of A3)', async () => {
    const { logGroups = [] } = await stack.logs.send(new DescribeLogGroupsCommand({}))
    for (const name of ['rotate-generated', 'rotate-provider', 'rotate-supplied']) {
      const FunctionName = `keyturn-dev-${name}`
      const { Configuration } = await stack.lambda.send(new GetFunctionCommand({ FunctionName }))
      expect(Configuration).toMatchObject({
        Runtime: 'nodejs24.x',
        Architectures: ['arm64'],
        TracingConfig: { Mode: 'Active' },
      })
      expect(Configuration?.Role).toMatch(new RegExp(`:role/${FunctionName}$`))
      const { ReservedConcurrentExecutions } = await stack.lambda.send(
        new GetFunctionConcurrencyCommand({ FunctionName }),
      )
      expect(ReservedConcurrentExecutions).toBeUndefined()
      const failures = await stack.lambda.send(new GetFunctionEventInvokeConfigCommand({ FunctionName }))
      expect(failures.DestinationConfig?.OnFailure?.Destination).toMatch(/:keyturn-dev-notifications$/)
      expect(
        logGroups.find(({ logGroupName }) => logGroupName === `/aws/lambda/${FunctionName}`)?.retentionInDays,
      ).toBe(90)
    }
  })

  test('rotation with schedule and window for every secret, set up only once it had a value (A4)', async () => {
    const calls = stack.cloud.journal.entries().filter(({ outcome }) => outcome === 'ok')
    for (const name of ROTATED) {
      const secret = await stack.secrets.send(new DescribeSecretCommand({ SecretId: fullName(name) }))
      expect(secret.RotationEnabled).toBe(true)
      expect(secret.RotationRules).toMatchObject({
        ScheduleExpression: expect.stringMatching(/^(rate|cron)\(.+\)$/),
        Duration: expect.stringMatching(/^\d+h$/),
      })
      expect(secret.NextRotationDate?.getTime()).toBeGreaterThan(stack.cloud.clock.now().getTime())
      const about = calls.filter(({ resource }) => resource === secret.ARN).map(({ operation }) => operation)
      expect(about.indexOf('PutSecretValue')).toBeGreaterThanOrEqual(0)
      expect(about.indexOf('RotateSecret')).toBeGreaterThan(about.indexOf('PutSecretValue'))
      expect(about.indexOf('RotateSecret')).toBeGreaterThan(about.indexOf('PutResourcePolicy'))
    }
  })
})

describe('rotation and its clock', () => {
  test('an old client key works inside its grace and is refused within a second of its end, by every task (C2)', async () => {
    const old = await value(stack, 'mobile-app')
    await accepted(stack, old)
    expect((await keyturn(stack.cloudUrl, ['rotate', 'mobile-app', '--grace', '1h', '--wait'])).status).toBe(0)
    const fresh = await value(stack, 'mobile-app')
    await accepted(stack, fresh)
    const deadline = (await keySet(stack, 'mobile-app')).grace[0]?.deadline ?? new Date(0)
    expect(deadline.getTime() - stack.cloud.clock.now().getTime()).toBeGreaterThan(59 * MINUTE)

    await setClock(stack, new Date(deadline.getTime() - MINUTE))
    await accepted(stack, old)
    await setClock(stack, new Date(deadline.getTime() - SECOND / 10))
    const now = (): number => stack.cloud.clock.now().getTime()
    await until('the deadline', now, (moment) => moment >= deadline.getTime())
    expect(now() - deadline.getTime()).toBeLessThan(SECOND)
    const answers = await Promise.all(Array.from({ length: 6 }, () => chat(stack, old)))
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 401))
    expect(answers[0]?.body).toContain('key-expired')
    await accepted(stack, fresh)
  })

  test('the sweeper retires by the clock: not before the deadline, then at the provider too (A5, B4)', async () => {
    const before = (await keySet(stack, 'openai')).current ?? ''
    const { keyId } = JSON.parse(await value(stack, 'openai')) as { keyId: string }
    expect((await keyturn(stack.cloudUrl, ['rotate', 'openai', '--grace', '1h', '--wait'])).status).toBe(0)
    const isLive = (): boolean => stack.upstream.keys.live('openai').some(({ id }) => id === keyId)
    await advance(stack, '58m')
    expect((await keySet(stack, 'openai')).grace.map(({ versionId }) => versionId)).toEqual([before])
    expect(isLive()).toBe(true)
    await advance(stack, `${SWEEP_MINUTES + 3}m`)
    expect(Object.keys(await labels(stack, 'openai'))).not.toContain(before)
    expect(isLive()).toBe(false)
  })

  test('a rotation comes when its window opens, with nobody asking (A4)', async () => {
    const before = await keySet(stack, 'openai')
    const { NextRotationDate } = await stack.secrets.send(new DescribeSecretCommand({ SecretId: fullName('openai') }))
    const due = NextRotationDate ?? new Date(0)
    await setClock(stack, new Date(due.getTime() - 4 * HOUR))
    expect((await keySet(stack, 'openai')).current).toBe(before.current)
    await setClock(stack, due)
    const after = await keySet(stack, 'openai')
    expect(after.current).not.toBe(before.current)
    expect(after.grace.map(({ versionId }) => versionId)).toEqual([before.current])
  })
})

describe('people hear of what stands (part of A8, part of A9)', () => {
  test('a rotation that no attempt completes reaches a subscriber once, and once more when it is over', async () => {
    const received: { Subject?: string; Message: string }[] = []
    const server = createServer((request, response) => {
      const parts: Buffer[] = []
      request.on('data', (part: Buffer) => parts.push(part))
      request.on('end', () => {
        received.push(JSON.parse(Buffer.concat(parts).toString('utf8')))
        response.end()
      })
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const sns = new SNSClient({ ...clientConfig(stack.cloudUrl), credentials: LOCAL })
    const about = (): string[] =>
      received.filter(({ Message }) => Message.startsWith(fullName('openrouter'))).map(({ Subject = '' }) => Subject)
    try {
      const Endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`
      const TopicArn = 'arn:aws:sns:eu-central-1:000000000000:keyturn-dev-notifications'
      await sns.send(new SubscribeCommand({ TopicArn, Protocol: 'http', Endpoint }))
      const dead = { kind: 'error', code: 'down', status: 503 } as const
      stack.cloud.faults.add({ service: 'upstream', operation: 'CreateKey', times: 100_000, effect: dead })
      const token = await rotate(stack, 'openrouter')
      await advance(stack, '5m')
      const [message] = await until('the message', about, (subjects) => subjects.length > 0)
      expect(message).toBe('Keyturn: its rotation has failed: keyturn/dev/openrouter')
      expect(received.at(-1)?.Message).toMatch(/Why: +.*provider-unavailable in createSecret\)/)
      await advance(stack, '40m')
      expect(about()).toHaveLength(1)

      stack.cloud.faults.clear()
      const again = new RotateSecretCommand({ SecretId: fullName('openrouter'), ClientRequestToken: token })
      await stack.secrets.send(again).catch(() => {})
      await stack.cloud.rotations.idle()
      await advance(stack, `${SWEEP_MINUTES + 1}m`)
      const told = await until('the end', about, (subjects) => subjects.length > 1)
      expect(told[1]).toBe('Keyturn: over: keyturn/dev/openrouter (rotation-failed)')
    } finally {
      sns.destroy()
      server.close()
    }
  })

  test('a value put by hand has its predecessor in grace within a minute, and the proxy goes on with both (B19)', async () => {
    const old = await value(stack, 'mobile-app')
    const before = (await keySet(stack, 'mobile-app')).current
    const SecretString = `kt_${'h'.repeat(43)}`
    await stack.secrets.send(new PutSecretValueCommand({ SecretId: fullName('mobile-app'), SecretString }))
    const ordered = await until(
      'its grace',
      () => keySet(stack, 'mobile-app'),
      ({ grace }) => grace.some(({ versionId }) => versionId === before),
    )
    expect(ordered.unordered).toEqual([])
    await accepted(stack, old)
    await accepted(stack, SecretString)
  })
})

describe('traffic goes on', () => {
  test('an upstream key that is revoked behind its back costs no client a 401 while a sibling lives (part of C5)', async () => {
    const sibling = keyIn(await value(stack, 'openai'))
    await rotate(stack, 'openai')
    const client = await value(stack, 'mobile-app')
    const revoked = JSON.parse(await value(stack, 'openai')) as { keyId: string; apiKey: string }
    const echo = (key: string): string => sha256(key).slice(0, 12)
    await until(
      'the new key is in use',
      () => chat(stack, client),
      ({ upstreamKey }) => upstreamKey === echo(revoked.apiKey),
    )

    const traffic = startTraffic(stack, client, 4)
    const { soFar } = traffic
    await until('traffic under the new key', soFar, (asked) => asked.length >= 20)
    expect(soFar().map(({ upstreamKey }) => upstreamKey)).toContain(echo(revoked.apiKey))
    stack.upstream.keys.revoke('openai', revoked.keyId)
    const before = soFar().length
    // The last of more requests than were under way at the revocation.
    const settled = (asked: readonly Asked[]): boolean =>
      asked.length >= before + 40 && asked.slice(-40).every(({ upstreamKey }) => upstreamKey === echo(sibling))
    await until('the sibling is in use', soFar, settled)
    const asked = await traffic.stop()
    expect(asked.filter(({ outcome }) => outcome !== 200)).toEqual([])
    expect(asked.at(-1)?.upstreamKey).toBe(echo(sibling))
    await rotate(stack, 'openai')
  })

  test('a task that is killed is started again, and nothing else fails while another one lives (part of A6)', async () => {
    const client = await value(stack, 'mobile-app')
    await accepted(stack, client)
    const tasks = ecsOf(stack.cloud).tasks
    const [arn = '', victim] = [...tasks][0] ?? []
    const traffic = startTraffic(stack, client)
    await until('traffic', traffic.soFar, (asked) => asked.length >= 20)
    const killedAt = systemClock.monotonic()
    process.kill(victim?.child.pid ?? Number.NaN, 'SIGKILL')
    await victim?.exited
    const goneAt = systemClock.monotonic()
    await until(
      'two healthy tasks, the dead one not among them',
      healthyTasks,
      (count) => count === 2 && !tasks.has(arn),
    )
    await accepted(stack, client)
    const sinceThen = (asked: readonly Asked[]) => asked.filter(({ startedAt }) => startedAt > goneAt)
    await until('traffic since then', traffic.soFar, (asked) => sinceThen(asked).length > 20)
    const asked = await traffic.stop()

    // What the dead process had in its hands is lost, as anywhere; a client sees it as a broken connection.
    const inItsHands = ({ startedAt, endedAt }: { startedAt: number; endedAt: number }): boolean =>
      startedAt < goneAt && endedAt > killedAt
    expect(asked.filter((each) => each.outcome !== 200 && !inItsHands(each))).toEqual([])
    expect(asked.filter(({ outcome }) => outcome !== 200).length).toBeLessThanOrEqual(2)
  })
})

describe.runIf(withAwsCli)('the AWS CLI is at home', () => {
  const json = async (...args: string[]): Promise<Record<string, unknown>> => {
    const { status, stdout, stderr } = await awsCli(stack.cloudUrl)(...args)
    expect(stderr).toBe('')
    expect(status).toBe(0)
    return JSON.parse(stdout)
  }

  test('it lists, describes, rotates and reads secrets (E)', async () => {
    const { SecretList } = await json('secretsmanager', 'list-secrets')
    expect((SecretList as { Name: string }[]).map(({ Name }) => Name).sort()).toEqual(ROTATED.map(fullName).sort())
    const secret = ['--secret-id', fullName('reporting-password')]
    const before = await json('secretsmanager', 'get-secret-value', ...secret)
    const { VersionId } = await json('secretsmanager', 'rotate-secret', ...secret)
    await stack.cloud.rotations.idle()
    const after = await json('secretsmanager', 'get-secret-value', ...secret)
    expect(after.VersionId).toBe(VersionId)
    expect(after.SecretString).not.toBe(before.SecretString)
    const { VersionIdsToStages } = await json('secretsmanager', 'describe-secret', ...secret)
    expect(VersionIdsToStages).toMatchObject({
      [String(VersionId)]: ['AWSCURRENT'],
      [String(before.VersionId)]: expect.arrayContaining([expect.stringMatching(/^GRACE-UNTIL-\d{8}T\d{6}Z$/)]),
    })
  })

  test('it invokes the sweeper (E)', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'keyturn-cli-'))
    try {
      const out = join(folder, 'out.json')
      expect(await json('lambda', 'invoke', '--function-name', 'keyturn-dev-sweep', out)).toMatchObject({
        StatusCode: 200,
      })
      expect(JSON.parse(await readFile(out, 'utf8'))).toMatchObject({
        secrets: ROTATED.length,
        failed: [],
        notReached: [],
      })
    } finally {
      await rm(folder, { recursive: true })
    }
  })
})

async function healthyTasks(): Promise<number> {
  const answer = await fetch(`${stack.cloudUrl}/_keyturn/services`)
  const { services } = (await answer.json()) as { services: { healthyTasks: number }[] }
  return services[0]?.healthyTasks ?? 0
}

const ROOT = 'arn:aws:iam::000000000000:root'

interface KeyStatement {
  readonly Sid: string
  readonly Principal: unknown
  readonly Action: readonly string[]
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, unknown>>>>
}
