import type { Cloud } from '../../cloud.ts'
import { callCloud } from '../../process/call-cloud.ts'
import type { RoleCredentials } from '../../process/role-credentials.ts'
import type { ContainerDefinition } from './state.ts'

/** `arn…:secret:<name>-XXXXXX[:json-key[:stage[:version]]]` */
const REFERENCE =
  /^(?<arn>arn:aws:secretsmanager:[^:]+:\d{12}:secret:[^:]+)(?::(?<key>[^:]*))?(?::(?<stage>[^:]*))?(?::(?<version>[^:]*))?$/

/**
 * Reads the secrets that a container gets as environment variables, under the execution role.
 * @throws Error with what ECS shows as the task's stopped reason, never with a value
 */
export async function containerSecrets(
  cloud: Cloud,
  credentials: RoleCredentials,
  { secrets }: ContainerDefinition,
): Promise<Record<string, string>> {
  const pairs = await Promise.all(
    secrets.map(async ({ name, valueFrom }) => [name, await readSecret(cloud, credentials, valueFrom)] as const),
  )
  return Object.fromEntries(pairs)
}

async function readSecret(cloud: Cloud, credentials: RoleCredentials, valueFrom: string): Promise<string> {
  const { arn, key, stage, version } = REFERENCE.exec(valueFrom)?.groups ?? {}
  if (arn === undefined) throw new Error(`${valueFrom} is no ARN of a secret: the local cloud reads no other kind.`)
  const answer = await callCloud(cloud, credentials(), {
    service: 'secretsmanager',
    contentType: 'application/x-amz-json-1.1',
    target: 'secretsmanager.GetSecretValue',
    body: JSON.stringify({
      SecretId: arn,
      ...(stage && { VersionStage: stage }),
      ...(version && { VersionId: version }),
    }),
  })
  const { SecretString: text = '' } = JSON.parse(answer) as { SecretString?: string }
  if (!key) return text
  const member = memberOf(text, key)
  if (member === undefined) throw new Error(`The secret ${arn} holds no member ${key}.`)
  return member
}

function memberOf(text: string, key: string): string | undefined {
  try {
    const value: unknown = (JSON.parse(text) as Record<string, unknown> | null)?.[key]
    return value === undefined || typeof value === 'string' ? value : JSON.stringify(value)
  } catch {
    return undefined
  }
}
