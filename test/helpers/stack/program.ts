import { CreateRoleCommand, PutRolePolicyCommand } from '@aws-sdk/client-iam'
import { KMSClient } from '@aws-sdk/client-kms'
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import { DAY } from '../../../core/clock.ts'
import { clientConfig, type StackUnderTest } from './stack-under-test.ts'

export interface Allowed {
  readonly Sid: string
  readonly Action: readonly string[]
  readonly Resource: readonly string[]
}

export interface Program {
  readonly secrets: SecretsManagerClient
  readonly kms: KMSClient
  close(): void
}

/** A program of somebody's, beside the stack: an ECS task's role with an inline policy, and clients that act as it. */
export async function createProgram(
  { iam, cloud, cloudUrl }: StackUnderTest,
  RoleName: string,
  allowed: readonly Allowed[],
): Promise<Program> {
  const trust = { Effect: 'Allow', Principal: { Service: 'ecs-tasks.amazonaws.com' }, Action: 'sts:AssumeRole' }
  const { Role } = await iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: document(trust) }))
  const statements = allowed.map((statement) => ({ Effect: 'Allow', ...statement }))
  await iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: 'own', PolicyDocument: document(...statements) }))
  const { expiration: _, ...credentials } = cloud.iam.issueCredentials(Role?.Arn ?? '', 'test', {
    service: 'ecs-tasks.amazonaws.com',
    // For as long as a test may move the clock; a program in AWS has its credentials renewed.
    durationMs: 60 * DAY,
  })
  const config = { ...clientConfig(cloudUrl), credentials }
  const clients = { secrets: new SecretsManagerClient(config), kms: new KMSClient(config) }
  return {
    ...clients,
    close() {
      for (const client of Object.values(clients)) client.destroy()
    },
  }
}

const document = (...statements: readonly object[]): string =>
  JSON.stringify({ Version: '2012-10-17', Statement: statements })
