import { timingSafeEqual } from 'node:crypto'
import { HOUR } from '../../../../core/clock.ts'
import type { Cloud } from '../../cloud.ts'
import { ControlError, type ControlRoute } from '../../control/control-route.ts'
import { type RoleCredentials, roleCredentials } from '../../process/role-credentials.ts'

interface Entry {
  readonly token: string
  readonly roleArn: string
  readonly credentials: RoleCredentials
}

/** By home Region, which answers the endpoint for tasks of every Region. */
const entries = new WeakMap<Cloud, Map<string, Entry>>()
const PATH = '/_keyturn/credentials/'

/**
 * Opens the credentials endpoint of one task, as the ECS agent does: the environment that leads an SDK there.
 * (docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html)
 */
export function openCredentials(cloud: Cloud, taskArn: string, roleArn: string): Record<string, string> {
  const id = Buffer.from(cloud.random.bytes(24)).toString('base64url')
  const token = Buffer.from(cloud.random.bytes(24)).toString('base64url')
  const session = taskArn.slice(taskArn.lastIndexOf('/') + 1)
  const options = { service: 'ecs-tasks.amazonaws.com', sourceArn: taskArn, durationMs: 6 * HOUR }
  const credentials = roleCredentials(cloud, roleArn, session, options)
  // Assumed once now, so that a role that tasks may not take fails the start and not the first call.
  credentials()
  const ofCloud = entries.get(cloud.home) ?? new Map<string, Entry>()
  entries.set(cloud.home, ofCloud.set(id, { token, roleArn, credentials }))
  return {
    AWS_CONTAINER_CREDENTIALS_FULL_URI: `${cloud.url}${PATH}${id}`,
    AWS_CONTAINER_AUTHORIZATION_TOKEN: token,
  }
}

export function closeCredentials(cloud: Cloud, environment: Readonly<Record<string, string>>): void {
  const uri = environment.AWS_CONTAINER_CREDENTIALS_FULL_URI
  if (uri !== undefined) entries.get(cloud.home)?.delete(uri.slice(uri.indexOf(PATH) + PATH.length))
}

export const credentialsRoute: ControlRoute = {
  method: 'GET',
  path: `${PATH}*`,
  handle({ path, headers }, cloud) {
    const entry = entries.get(cloud.home)?.get(path.slice(PATH.length))
    if (!entry || !sameText(headers.authorization ?? '', entry.token)) {
      throw new ControlError('credentials-unknown', 'No task has credentials here, or the token is not its own.', 403)
    }
    const { accessKeyId, secretAccessKey, sessionToken, expiration } = entry.credentials()
    return {
      RoleArn: entry.roleArn,
      AccessKeyId: accessKeyId,
      SecretAccessKey: secretAccessKey,
      Token: sessionToken,
      Expiration: expiration.toISOString(),
    }
  },
}

function sameText(one: string, other: string): boolean {
  const [left, right] = [Buffer.from(one), Buffer.from(other)]
  return left.length === right.length && timingSafeEqual(left, right)
}
