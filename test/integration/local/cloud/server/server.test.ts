import { gzipSync } from 'node:zlib'
import { CreateAliasCommand, CreateKeyCommand, ListAliasesCommand, ReplicateKeyCommand } from '@aws-sdk/client-kms'
import { CreateSecretCommand, DescribeSecretCommand, ListSecretsCommand } from '@aws-sdk/client-secrets-manager'
import { expect, test } from 'vitest'
import { startCloud } from '../../../../../local/cloud/start-cloud.ts'
import { startTestCloud, stubFunction } from '../../../../helpers/local-cloud.ts'

const signed = (service: string, accessKeyId = 'local') => ({
  authorization: `AWS4-HMAC-SHA256 Credential=${accessKeyId}/20261122/eu-central-1/${service}/aws4_request, SignedHeaders=host, Signature=00`,
})

test('E: an operation or service that is not there is named in a 501', async () => {
  const { kms, url } = await startTestCloud()

  await expect(kms.send(new ReplicateKeyCommand({ KeyId: 'k', ReplicaRegion: 'eu-west-1' }))).rejects.toMatchObject({
    name: 'NotImplemented',
    message: 'NotImplemented: kms.ReplicateKey is not implemented by the local cloud',
    $metadata: { httpStatusCode: 501 },
  })
  const answer = await fetch(url, {
    method: 'POST',
    headers: { ...signed('dynamodb'), 'x-amz-target': 'DynamoDB_20120810.ListTables' },
  })
  expect(answer.status).toBe(501)
  expect(await answer.text()).toContain('dynamodb.ListTables is not implemented by the local cloud')
})

test('E: a service that speaks XML is said in XML not to be there, so that its SDK can read it', async () => {
  const { url } = await startTestCloud()
  const form = { method: 'POST', body: new URLSearchParams({ Action: 'DescribeThings', Version: '1' }) }
  const said = 'is not implemented by the local cloud'
  const answers = {
    rds: `<ErrorResponse xmlns="https://amazonaws.com/doc/"><Error><Type>Receiver</Type><Code>NotImplemented</Code><Message>NotImplemented: rds.DescribeThings ${said}`,
    iam: `<Code>NotImplemented</Code><Message>NotImplemented: iam.DescribeThings ${said}`,
    ec2: `<Response><Errors><Error><Code>NotImplemented</Code><Message>NotImplemented: ec2.DescribeThings ${said}`,
  }
  for (const [service, text] of Object.entries(answers)) {
    const answer = await fetch(url, { ...form, headers: signed(service) })
    expect([answer.status, answer.headers.get('content-type')]).toEqual([501, 'text/xml'])
    expect(await answer.text()).toContain(text)
  }
  const bucket = await fetch(`${url}/bucket`, { headers: signed('s3') })
  expect(await bucket.text()).toBe(
    `<Error><Code>NotImplemented</Code><Message>NotImplemented: s3.GET /bucket ${said}</Message></Error>`,
  )
  const api = await fetch(`${url}/v2/apis`, { headers: signed('apigateway') })
  expect([api.headers.get('x-amzn-errortype'), api.headers.get('content-type')]).toEqual([
    'NotImplemented',
    'application/json',
  ])
})

test('E: unknown keys and unsigned requests are told which keys to use', async () => {
  const { url, as } = await startTestCloud()
  const stranger = as({ accessKeyId: 'AKIAEXAMPLE', secretAccessKey: 'x' })

  await expect(stranger.secrets.send(new ListSecretsCommand({}))).rejects.toMatchObject({
    name: 'UnrecognizedClientException',
    message: expect.stringContaining('export AWS_ACCESS_KEY_ID=local AWS_SECRET_ACCESS_KEY=local'),
  })
  const unsigned = await fetch(url, { method: 'POST', headers: { 'x-amz-target': 'secretsmanager.ListSecrets' } })
  expect(unsigned.status).toBe(403)
  expect(await unsigned.json()).toMatchObject({ __type: 'MissingAuthenticationTokenException' })
})

test('E: bodies that are no JSON and members of the wrong kind are refused with what is wrong', async () => {
  const { url } = await startTestCloud()
  const post = async (body: string) => {
    const headers = { ...signed('secretsmanager'), 'x-amz-target': 'secretsmanager.DescribeSecret' }
    return (await fetch(url, { method: 'POST', headers, body })).json()
  }

  expect(await post('{')).toMatchObject({ __type: 'SerializationException' })
  expect(await post('{"SecretId": 1}')).toMatchObject({
    __type: 'ValidationException',
    message:
      "1 validation error detected: Value '1' at 'secretId' failed to satisfy constraint: Member must be a string",
  })
})

test('E: a compressed body is read', async () => {
  const { url } = await startTestCloud()
  const headers = { ...signed('kms'), 'x-amz-target': 'TrentService.ListAliases', 'content-encoding': 'gzip' }

  const answer = await fetch(url, { method: 'POST', headers, body: gzipSync('{"Limit": 5}') })

  expect(await answer.json()).toEqual({ Aliases: [], Truncated: false })
})

test('E: a taken port is an error that names the flag', async () => {
  const { url } = await startTestCloud()
  const port = Number(new URL(url).port)

  await expect(startCloud({ port })).rejects.toMatchObject({
    code: 'port-taken',
    message: expect.stringContaining(`Port ${port} on 127.0.0.1 is already in use`),
  })
})

test('E: the Date header follows the moved clock', async () => {
  const { url, cloud } = await startTestCloud()
  await cloud.clock.advance(1_000)

  expect((await fetch(`${url}/_keyturn/health`)).headers.get('date')).toBe('Sun, 22 Nov 2026 10:00:01 GMT')
})

test('E: every call is in the journal with names and never a value', async () => {
  const { secrets, cloud, url } = await startTestCloud()
  await secrets.send(new CreateSecretCommand({ Name: 'journalled', SecretString: 'canary-5f1c' }))
  await secrets.send(new DescribeSecretCommand({ SecretId: 'nothing' })).catch(() => undefined)

  const answer = await (await fetch(`${url}/_keyturn/journal?since=0`)).text()
  expect(answer).not.toContain('canary-5f1c')
  const { entries, last } = JSON.parse(answer)
  expect(entries).toMatchObject([
    {
      seq: 1,
      at: '2026-11-22T10:00:00.000Z',
      source: 'api',
      service: 'secretsmanager',
      operation: 'CreateSecret',
      principal: 'arn:aws:iam::000000000000:user/local',
      action: 'secretsmanager:CreateSecret',
      decision: expect.stringMatching(/^allowed by /),
      outcome: 'ok',
      input: expect.arrayContaining(['Name', 'SecretString']),
    },
    { operation: 'DescribeSecret', outcome: 'ResourceNotFoundException' },
  ])
  expect(last).toBe(2)
  expect(cloud.journal.entries(1)).toHaveLength(1)
})

interface ClockAnswer {
  now: string
  frozen: boolean
  error: { code: string; message: string }
}

test('E: the clock is read and moved over HTTP, and a wrong move says what is allowed', async () => {
  const { url } = await startTestCloud()
  const clock = async (body?: unknown) => {
    const init =
      body === undefined ? {} : { method: 'POST', body: typeof body === 'string' ? body : JSON.stringify(body) }
    const answer = await fetch(`${url}/_keyturn/clock`, init)
    return { status: answer.status, body: (await answer.json()) as ClockAnswer }
  }

  expect(await clock()).toMatchObject({ status: 200, body: { now: '2026-11-22T10:00:00.000Z', frozen: true } })
  expect((await clock({ advance: '25h' })).body.now).toBe('2026-11-23T11:00:00.000Z')
  expect((await clock({ set: '2026-11-24T00:00:00Z' })).body.now).toBe('2026-11-24T00:00:00.000Z')
  const wrong = [
    { advance: '25' },
    { advance: '-1h' },
    { advance: '0s' },
    { set: '2026-11-23T10:00:00Z' },
    { set: 'soon' },
    '{',
    {},
    { advance: '1h', set: 'x' },
  ]
  for (const body of wrong) {
    const refused = await clock(body)
    expect(refused.status).toBe(400)
    expect(refused.body.error.message).toContain('{"advance":"25h"}')
  }
  expect((await clock()).body.now).toBe('2026-11-24T00:00:00.000Z')
})

test('E: the control API does not answer pages of other sites', async () => {
  const { url } = await startTestCloud()

  const answer = await fetch(`${url}/_keyturn/clock`, {
    method: 'POST',
    headers: { origin: 'https://evil.example' },
    body: '{"advance":"1h"}',
  })
  expect(answer.status).toBe(403)
})

test('E: faults over HTTP hit the calls they name: errors, throttling, and resets before or after the effect', async () => {
  const { url, kms, cloud } = await startTestCloud()
  const add = (fault: unknown) => fetch(`${url}/_keyturn/faults`, { method: 'POST', body: JSON.stringify(fault) })
  const create = () => kms.send(new CreateKeyCommand({}))
  const keys = () => Object.keys(cloud.state.kms.keys).length
  const fault = (effect: unknown) => add({ service: 'kms', operation: 'CreateKey', effect })

  await fault({ kind: 'error', code: 'KMSInternalException', status: 500, message: 'injected' })
  await expect(create()).rejects.toMatchObject({ name: 'KMSInternalException', message: 'injected' })
  await fault({ kind: 'throttle' })
  await expect(create()).rejects.toMatchObject({ name: 'ThrottlingException' })
  await fault({ kind: 'drop', when: 'before' })
  await expect(create()).rejects.toMatchObject({ code: 'ECONNRESET' })
  expect(keys()).toBe(0)
  await fault({ kind: 'drop', when: 'after' })
  await expect(create()).rejects.toMatchObject({ code: 'ECONNRESET' })
  expect(keys()).toBe(1)
  await create()
  expect(cloud.journal.entries().map(({ outcome }) => outcome)).toEqual([
    'KMSInternalException',
    'ThrottlingException',
    'dropped before',
    'dropped after',
    'ok',
  ])

  const wrong = await add({ service: 'kms', effect: { kind: 'explode' } })
  expect(wrong.status).toBe(400)
  expect(await wrong.json()).toMatchObject({
    error: {
      code: 'fault-invalid',
      message: expect.stringContaining('"kind":"kill"'),
    },
  })
  await fault({ kind: 'throttle' })
  await fetch(`${url}/_keyturn/faults`, { method: 'DELETE' })
  expect(await (await fetch(`${url}/_keyturn/faults`)).json()).toEqual({ faults: [] })
})

test('E: a kill fault ends the calling invocation and never answers it', async () => {
  const stub = stubFunction(async () => undefined)
  const { kms, cloud } = await startTestCloud({ wiring: stub.wiring })
  const { KeyMetadata } = await kms.send(new CreateKeyCommand({}))
  cloud.faults.add({ service: 'kms', operation: 'CreateAlias', effect: { kind: 'kill', when: 'after' } })

  const alias = { AliasName: 'alias/app', TargetKeyId: KeyMetadata?.KeyId }
  await expect(kms.send(new CreateAliasCommand(alias))).rejects.toMatchObject({ code: 'ECONNRESET' })

  expect(stub.killed).toEqual(['local'])
  expect((await kms.send(new ListAliasesCommand({}))).Aliases).toHaveLength(1)
})
