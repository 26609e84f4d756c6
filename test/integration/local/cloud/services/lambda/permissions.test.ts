import { AddPermissionCommand, RemovePermissionCommand } from '@aws-sdk/client-lambda'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { servicePrincipal } from '../../../../../../local/cloud/services/iam/types.ts'
import { inProcessCode } from '../../../../../../local/cloud/services/lambda/runtime/in-process.ts'
import { type LambdaSetup, setUpLambda } from './setup.ts'

let setup: LambdaSetup
const secretsManager = servicePrincipal('secretsmanager.amazonaws.com', '000000000000')
const SECRET = 'arn:aws:secretsmanager:eu-central-1:000000000000:secret:keyturn/dev/a-AbCdEf'
const ARN = 'arn:aws:lambda:eu-central-1:000000000000:function:guarded'

beforeAll(async () => {
  setup = await setUpLambda()
  await setup.create(
    'guarded',
    inProcessCode(() => 'ran'),
  )
})

afterAll(() => setup.close())

const check = (sourceArn?: string): string =>
  setup.running.cloud.lambda.checkInvoke('guarded', secretsManager, sourceArn)
const grant = (StatementId: string, input: object = {}): Promise<{ Statement?: string | undefined }> =>
  setup.lambda.send(
    new AddPermissionCommand({
      FunctionName: 'guarded',
      StatementId,
      Action: 'lambda:InvokeFunction',
      Principal: 'secretsmanager.amazonaws.com',
      ...input,
    }),
  )
const revoke = (StatementId: string): Promise<unknown> =>
  setup.lambda.send(new RemovePermissionCommand({ FunctionName: 'guarded', StatementId }))

test('A4 a service may invoke only once the function’s policy says so', async () => {
  const { cloud } = setup.running
  expect(cloud.lambda.checkInvoke('nobody', secretsManager)).toBe('not-found')
  expect(check(SECRET)).toBe('denied')
  const invoke = (): Promise<unknown> =>
    cloud.lambda.invoke('guarded', {}, { type: 'RequestResponse', invoker: secretsManager, sourceArn: SECRET })
  await expect(invoke()).rejects.toMatchObject({
    code: 'AccessDeniedException',
    message: expect.stringContaining(`lambda:InvokeFunction on resource: ${ARN}`),
  })

  const { Statement = '' } = await grant('Rotate', { SourceAccount: '000000000000' })
  expect(JSON.parse(Statement)).toEqual({
    Sid: 'Rotate',
    Effect: 'Allow',
    Principal: { Service: 'secretsmanager.amazonaws.com' },
    Action: 'lambda:InvokeFunction',
    Resource: ARN,
    Condition: { StringEquals: { 'AWS:SourceAccount': '000000000000' } },
  })
  expect(await invoke()).toMatchObject({ payload: 'ran' })
  expect(cloud.journal.entries().findLast(({ service }) => service === 'lambda')).toMatchObject({
    service: 'lambda',
    operation: 'Invoke',
    principal: 'secretsmanager.amazonaws.com',
    outcome: 'ok',
  })

  await revoke('Rotate')
  expect(check(SECRET)).toBe('denied')
})

test('source account and source ARN bind a permission', async () => {
  await grant('Account', { SourceAccount: '000000000000' })
  expect(check(SECRET.replace('000000000000', '111111111111'))).toBe('denied')
  expect(check()).toBe('denied')
  await revoke('Account')
  await grant('Arn', { SourceArn: SECRET })
  expect(check(SECRET)).toBe('allowed')
  expect(check(SECRET.replace('/a-', '/b-'))).toBe('denied')
  await revoke('Arn')
})

test('an unused permission is reported, and no more once it has been used', async () => {
  const { iam } = setup.running.cloud
  await grant('Unused')
  const reported = (): boolean =>
    iam.unusedResourceGrants().some(({ holder, sid }) => holder === ARN && sid === 'Unused')
  expect(reported()).toBe(true)
  check(SECRET)
  expect(reported()).toBe(false)
  await revoke('Unused')
})

test('a double statement and an unknown one are refused', async () => {
  await grant('One')
  await expect(grant('One')).rejects.toMatchObject({ name: 'ResourceConflictException' })
  await revoke('One')
  await expect(revoke('One')).rejects.toMatchObject({ name: 'ResourceNotFoundException' })
})
