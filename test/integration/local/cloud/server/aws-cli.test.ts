import { test as anyTest, expect } from 'vitest'
import { awsCli, withAwsCli } from '../../../../helpers/aws-cli.ts'
import { startTestCloud, stubFunction } from '../../../../helpers/local-cloud.ts'

const test = anyTest.runIf(withAwsCli)

async function withCli() {
  const stub = stubFunction(async () => undefined)
  const local = await startTestCloud({ wiring: stub.wiring })
  const cli = awsCli(local.url)
  const aws = async (...args: string[]) => {
    const { status, stdout, stderr } = await cli(...args)
    expect(stderr).toBe('')
    expect(status).toBe(0)
    return stdout === '' ? undefined : JSON.parse(stdout)
  }
  return { ...local, stub, cli, aws }
}

test('E: the AWS CLI creates, describes, reads and lists secrets', async () => {
  const { aws } = await withCli()
  const created = await aws(
    'secretsmanager',
    'create-secret',
    '--name',
    'keyturn/dev/openai',
    '--secret-string',
    's3cret',
  )

  const read = await aws('secretsmanager', 'get-secret-value', '--secret-id', 'keyturn/dev/openai')
  expect(read).toMatchObject({ ARN: created.ARN, SecretString: 's3cret', VersionStages: ['AWSCURRENT'] })
  expect(Date.parse(read.CreatedDate)).toBe(Date.parse('2026-11-22T10:00:00Z'))
  const described = await aws('secretsmanager', 'describe-secret', '--secret-id', created.ARN)
  expect(described.VersionIdsToStages).toEqual({ [created.VersionId]: ['AWSCURRENT'] })
  const listed = await aws('secretsmanager', 'list-secrets', '--filters', 'Key=name,Values=keyturn/dev/')
  expect(listed.SecretList).toMatchObject([{ Name: 'keyturn/dev/openai' }])
})

test('E: the AWS CLI starts a rotation, and sees AWS’s own errors', async () => {
  const { aws, cli, stub, cloud } = await withCli()
  await aws('secretsmanager', 'create-secret', '--name', 's', '--secret-string', 'one')

  const rotated = await aws('secretsmanager', 'rotate-secret', '--secret-id', 's', '--rotation-lambda-arn', stub.arn)
  await cloud.rotations.idle()

  expect(rotated.VersionId).toMatch(/^[0-9a-f-]{36}$/)
  expect(stub.steps).toEqual(['createSecret', 'setSecret', 'testSecret', 'finishSecret'])
  const again = await cli('secretsmanager', 'rotate-secret', '--secret-id', 's')
  expect(again.status).toBe(254)
  expect(again.stderr).toContain(
    "An error occurred (InvalidRequestException) when calling the RotateSecret operation: A previous rotation isn't complete.",
  )
  const missing = await cli('secretsmanager', 'get-secret-value', '--secret-id', 'nothing')
  expect(missing.stderr).toContain('(ResourceNotFoundException) when calling the GetSecretValue operation')
})

test('E: the AWS CLI makes a KMS key, an alias and a data key', async () => {
  const { aws } = await withCli()
  const { KeyMetadata } = await aws('kms', 'create-key', '--description', 'from the CLI')
  await aws('kms', 'create-alias', '--alias-name', 'alias/cli', '--target-key-id', KeyMetadata.KeyId)

  const context = ['--encryption-context', 'a=b']
  const made = await aws('kms', 'generate-data-key', '--key-id', 'alias/cli', '--key-spec', 'AES_256', ...context)

  expect(made.KeyId).toBe(KeyMetadata.Arn)
  expect(Buffer.from(made.Plaintext, 'base64')).toHaveLength(32)
})
