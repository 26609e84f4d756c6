import { ListTasksCommand, UpdateServiceCommand } from '@aws-sdk/client-ecs'
import { GenerateDataKeyCommand } from '@aws-sdk/client-kms'
import { AddPermissionCommand, RemovePermissionCommand } from '@aws-sdk/client-lambda'
import {
  DeleteSecretCommand,
  DescribeSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  RotateSecretCommand,
} from '@aws-sdk/client-secrets-manager'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Grant } from '../../local/cloud/services/iam/evaluator/types.ts'
import { accepted, chat } from '../helpers/stack/chat.ts'
import { exercise } from '../helpers/stack/exercise.ts'
import { keyturn } from '../helpers/stack/keyturn-cli.ts'
import { functionLog, proxyLog } from '../helpers/stack/log-text.ts'
import { advance, fullName, invoke, keySet, rotate, until, value } from '../helpers/stack/operate.ts'
import { createProgram, type Program } from '../helpers/stack/program.ts'
import { removeEachResourceAction, removeEachRoleAction } from '../helpers/stack/replay.ts'
import { withoutAction, withPolicy } from '../helpers/stack/role-policies.ts'
import { type StackUnderTest, startStack } from '../helpers/stack/stack-under-test.ts'

let stack: StackUnderTest
let consumer: Program
let intruder: Program

const CONSUMER = 'reporting-service'
const isOurs = (role: string): boolean => role.startsWith('keyturn-dev-') || role === CONSUMER

beforeAll(async () => {
  stack = await startStack()
  // As the inventory's comment on consumers asks: the secret, and the key of its group.
  consumer = await createProgram(stack, CONSUMER, [
    { Sid: 'ReadPassword', Action: ['secretsmanager:GetSecretValue'], Resource: [arnOf('reporting-password')] },
    { Sid: 'Decrypt', Action: ['kms:Decrypt'], Resource: [keyOf('reporting-password')] },
  ])
  intruder = await createProgram(stack, 'power-user', [
    { Sid: 'Everything', Action: ['secretsmanager:*', 'kms:*'], Resource: ['*'] },
  ])
  await exercise(stack)
  await consumer.secrets.send(new GetSecretValueCommand({ SecretId: arnOf('reporting-password') }))
}, 120_000)

afterAll(async () => {
  consumer?.close()
  intruder?.close()
  await stack?.close()
})

describe('every permission is needed, and none is more than needed', () => {
  test('no role holds an action on a resource that nothing uses', () => {
    expect(told(stack.cloud.iam.unusedGrants().filter(({ holder }) => isOurs(holder)))).toEqual([])
  })

  test('no resource policy lets anyone do what nobody does, but for the administration of keys', () => {
    const unused = stack.cloud.iam.unusedResourceGrants().filter(({ sid }) => sid !== 'AdministerKey')
    expect(told(unused)).toEqual([])
  })

  test('an action that nothing uses is named, with role, policy, statement and resource', async () => {
    const extra = {
      Sid: 'Extra',
      Effect: 'Allow',
      Action: ['secretsmanager:DeleteSecret'],
      Resource: [arnOf('openai')],
    }
    const unused = await withPolicy(
      stack,
      'rotate-provider',
      (policy) => ({ ...policy, Statement: [...policy.Statement, extra] }),
      async () => stack.cloud.iam.unusedGrants().filter(({ holder }) => isOurs(holder)),
    )
    expect(told(unused)).toEqual([
      `keyturn-dev-rotate-provider / permissions / Extra / secretsmanager:DeleteSecret on ${arnOf('openai')}`,
    ])
  })

  test('whichever action is taken from a role, a call of the product is denied and told by role, action and resource', () => {
    const removals = removeEachRoleAction(stack, isOurs)
    const calls = removals.reduce((sum, removal) => sum + removal.calls, 0)
    console.log(
      `${removals.length} actions of ${new Set(removals.map(({ grant }) => grant.split(' ')[0])).size} roles, each taken away in turn; ${calls} recorded calls asked again`,
    )
    expect(removals.length).toBeGreaterThan(20)
    expect(
      removals.filter(({ calls, stillAllowed, vague }) => calls === 0 || stillAllowed.length + vague.length > 0),
    ).toEqual([])
  })

  test('whichever statement is taken from a trust, key or function policy, a call of the product is denied', () => {
    const used = new Set(told(stack.cloud.iam.unusedResourceGrants()))
    const grants = stack.cloud.iam.resourceGrants().filter((grant) => !used.has(tell(grant)))
    const removals = removeEachResourceAction(stack, grants)
    console.log(`${removals.length} actions of resource policies, each taken away in turn`)
    expect(removals.length).toBeGreaterThan(10)
    expect(
      removals.filter(({ calls, stillAllowed, vague }) => calls === 0 || stillAllowed.length + vague.length > 0),
    ).toEqual([])
  })
})

describe('an action taken from a live role stops what it is for, and says so', () => {
  test('the provider function cannot read the admin key', async () => {
    const log = await withoutAction(
      stack,
      'rotate-provider',
      'ReadAdminSecret',
      'secretsmanager:GetSecretValue',
      async () => {
        await rotate(stack, 'openai')
        return functionLog(stack, 'rotate-provider')
      },
    )
    expect(log).toMatch(denial('rotate-provider', 'secretsmanager:GetSecretValue', fullName('openai-admin')))
    await completes('openai')
  })

  test('the generated function cannot put the value that it made', async () => {
    const log = await withoutAction(
      stack,
      'rotate-generated',
      'RotateOwnSecret',
      'secretsmanager:PutSecretValue',
      async () => {
        await rotate(stack, 'reporting-password')
        return functionLog(stack, 'rotate-generated')
      },
    )
    expect(log).toMatch(denial('rotate-generated', 'secretsmanager:PutSecretValue', arnOf('reporting-password')))
    await completes('reporting-password')
  })

  test('the sweeper cannot have anything retired', async () => {
    const { status } = await keyturn(stack.cloudUrl, ['rotate', 'openrouter', '--grace', '1h', '--wait'])
    expect(status).toBe(0)
    const { log, keys } = await withoutAction(stack, 'sweep', 'HaveRetired', 'lambda:InvokeFunction', async () => {
      await advance(stack, '65m')
      return { log: await functionLog(stack, 'sweep'), keys: await keySet(stack, 'openrouter') }
    })
    const provider = stack.cloud.state.lambda.functions['keyturn-dev-rotate-provider']?.arn ?? ''
    expect(log).toMatch(denial('sweep', 'lambda:InvokeFunction', provider))
    expect(keys.expired).toHaveLength(1)
    await advance(stack, '5m')
    expect((await keySet(stack, 'openrouter')).expired).toEqual([])
  })

  test('the sweeper cannot list secrets', async () => {
    const { failed, payload } = await withoutAction(stack, 'sweep', 'ListSecrets', 'secretsmanager:ListSecrets', () =>
      invoke(stack, 'sweep', {}),
    )
    expect(failed).toBe(true)
    expect(JSON.stringify(payload)).toMatch(denial('sweep', 'secretsmanager:ListSecrets', '*'))
  })

  test('the schedule cannot start the sweeper', async () => {
    const sweeps = async () => (await functionLog(stack, 'sweep')).split('START RequestId').length
    const before = await sweeps()
    const since = stack.cloud.journal.last
    await withoutAction(stack, 'sweep-schedule', 'StartSweep', 'lambda:InvokeFunction', () => advance(stack, '6m'))
    expect(await sweeps()).toBe(before)
    expect(deniedSince(since)).toContain(
      `keyturn-dev-sweep-schedule lambda:InvokeFunction ${stack.cloud.state.lambda.functions['keyturn-dev-sweep']?.arn}`,
    )
    await advance(stack, '6m')
    expect(await sweeps()).toBeGreaterThan(before)
  })

  test.for([
    { sid: 'ReadOwnSecrets', action: 'secretsmanager:GetSecretValue', resource: () => arnOf('mobile-app') },
    { sid: 'DecryptOwnSecrets', action: 'kms:Decrypt', resource: () => keyOf('mobile-app') },
  ])('the proxy without $action keeps the last good set, says why, and recovers', async ({ sid, action, resource }) => {
    const since = stack.cloud.journal.last
    const old = await value(stack, 'mobile-app')
    await accepted(stack, old)
    await withoutAction(stack, 'proxy-task', sid, action, async () => {
      await rotate(stack, 'mobile-app')
      // Nobody can tell whether it is a good one: that is an outage, not a wrong key (decision 021).
      expect((await chat(stack, await value(stack, 'mobile-app'))).status).toBe(503)
      expect((await chat(stack, old)).status).toBe(200)
      expect(deniedSince(since)).toContain(`keyturn-dev-proxy-task ${action} ${resource()}`)
      const told = denial('proxy-task', action, resource())
      await until(
        'the proxy says so',
        () => proxyLog(stack),
        (text) => told.test(text),
      )
    })
    await accepted(stack, await value(stack, 'mobile-app'))
  })

  test('a task whose image cannot be pulled does not start, and the old tasks go on', async () => {
    const names = { cluster: 'keyturn-dev-proxy', service: 'keyturn-dev-proxy' }
    await withoutAction(stack, 'proxy-execution', 'PullOwnImage', 'ecr:BatchGetImage', async () => {
      await stack.ecs.send(new UpdateServiceCommand({ ...names, forceNewDeployment: true }))
      const stopped = await until(
        'a task fails to start',
        () => Object.values(stack.cloud.state.ecs.tasks).find(({ stopCode }) => stopCode === 'TaskFailedToStart'),
        (task) => task !== undefined,
      )
      expect(stopped?.stoppedReason).toMatch(denial('proxy-execution', 'ecr:BatchGetImage', ''))
      expect((await chat(stack, await value(stack, 'mobile-app'))).status).toBe(200)
    })
    const { taskArns } = await stack.ecs.send(
      new ListTasksCommand({ cluster: names.cluster, serviceName: names.service }),
    )
    expect(taskArns?.length).toBeGreaterThan(0)
  })
})

describe('resource policies hold against broad identity policies', () => {
  test('a role with secretsmanager:* and kms:* reads and writes no secret that does not name it', async () => {
    const refused = /with an explicit deny in a resource-based policy/
    for (const name of ['openai', 'openai-admin', 'mobile-app', 'reporting-password']) {
      const SecretId = arnOf(name)
      await expect(intruder.secrets.send(new GetSecretValueCommand({ SecretId }))).rejects.toThrow(refused)
      const put = new PutSecretValueCommand({ SecretId, SecretString: 'mine' })
      await expect(intruder.secrets.send(put)).rejects.toThrow(refused)
      // Nor does it delete one whose keys would live on (1.11).
      await expect(intruder.secrets.send(new DeleteSecretCommand({ SecretId }))).rejects.toThrow(refused)
      // Names, labels and tags stay open to whom IAM lets see them: operators must be able to mend.
      expect((await intruder.secrets.send(new DescribeSecretCommand({ SecretId }))).Name).toBe(fullName(name))
    }
  })

  test('nor does it use a key of the stack, which only its own policy opens, and only through Secrets Manager', async () => {
    const command = new GenerateDataKeyCommand({ KeyId: keyOf('openai'), KeySpec: 'AES_256' })
    await expect(intruder.kms.send(command)).rejects.toThrow(
      /power-user.*kms:GenerateDataKey.*no resource-based policy/,
    )
  })

  test('a consumer reads what the inventory gives it and nothing else', async () => {
    const read = (name: string) => consumer.secrets.send(new GetSecretValueCommand({ SecretId: arnOf(name) }))
    expect((await read('reporting-password')).SecretString).toBe(await value(stack, 'reporting-password'))
    await expect(read('telegram-bot')).rejects.toThrow(/reporting-service.*secretsmanager:GetSecretValue/)
  })

  test('without its function policy Secrets Manager may not rotate', async () => {
    const FunctionName = 'keyturn-dev-rotate-generated'
    const statement = { FunctionName, StatementId: 'SecretsManagerRotates' }
    await stack.lambda.send(new RemovePermissionCommand(statement))
    const command = new RotateSecretCommand({ SecretId: arnOf('reporting-password') })
    await expect(stack.secrets.send(command)).rejects.toThrow(/cannot invoke the specified Lambda function/)
    const allowed = { Action: 'lambda:InvokeFunction', Principal: 'secretsmanager.amazonaws.com' }
    await stack.lambda.send(new AddPermissionCommand({ ...statement, ...allowed, SourceAccount: '000000000000' }))
    await rotate(stack, 'reporting-password')
    await completes('reporting-password')
  })
})

/** The service tries the rotation again, and it completes. */
async function completes(name: string): Promise<void> {
  await advance(stack, '2m')
  const { pending, current } = await keySet(stack, name)
  expect(pending).toBeUndefined()
  expect(stack.cloud.state.secretsManager.secrets[fullName(name)]?.rotation?.running).toBeUndefined()
  expect(current).toBeDefined()
}

/** AWS's sentence, which names who may not do what on what. */
const denial = (role: string, action: string, resource: string): RegExp =>
  new RegExp(
    `User: \\S+assumed-role/keyturn-dev-${role}/\\S+ is not authorized to perform: ${action} on resource: ${resource.replaceAll('*', '\\*')}`,
  )

const deniedSince = (seq: number): string[] =>
  stack.cloud.journal
    .entries(seq)
    .flatMap(({ role, authorizations }) =>
      authorizations
        .filter(({ decision }) => decision.startsWith('denied'))
        .map(({ action, resource }) => `${role} ${action} ${resource}`),
    )

const tell = ({ holder, policy, sid, action, resource }: Grant): string =>
  `${holder} / ${policy} / ${sid} / ${action} on ${resource}`

const told = (grants: readonly Grant[]): string[] => grants.map(tell)

function arnOf(name: string): string {
  return stack.cloud.state.secretsManager.secrets[fullName(name)]?.arn ?? ''
}

function keyOf(name: string): string {
  return stack.cloud.state.secretsManager.secrets[fullName(name)]?.kmsKeyId ?? ''
}
