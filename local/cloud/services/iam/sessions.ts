import { createHash } from 'node:crypto'
import { HOUR } from '../../../../core/clock.ts'
import type { Cloud } from '../../cloud.ts'
import { ServiceError } from '../../protocol/service-error.ts'
import { own } from '../own.ts'
import type { SessionRecord } from './state.ts'
import type { Credentials } from './types.ts'

/** Makes temporary credentials of a role and remembers whose they are. */
export function openSession(cloud: Cloud, roleName: string, sessionName: string, durationMs = HOUR): Credentials {
  const { sessions } = cloud.state.iam
  const now = cloud.clock.now().getTime()
  for (const [id, { expiresAt }] of Object.entries(sessions)) {
    // Kept a day past their end, so that a late caller hears "expired" and not "unknown".
    if (Date.parse(expiresAt) < now - 24 * HOUR) delete sessions[id]
  }
  const accessKeyId = `ASIA${Buffer.from(cloud.random.bytes(8)).toString('hex').toUpperCase()}`
  const sessionToken = Buffer.from(cloud.random.bytes(48)).toString('base64')
  const expiration = new Date(now + durationMs)
  sessions[accessKeyId] = {
    roleName,
    sessionName,
    tokenDigest: digest(sessionToken),
    expiresAt: expiration.toISOString(),
  }
  return {
    accessKeyId,
    secretAccessKey: Buffer.from(cloud.random.bytes(30)).toString('base64'),
    sessionToken,
    expiration,
  }
}

/**
 * The session of an access key, or undefined when the key is unknown or the token is not its own.
 * @throws ServiceError `ExpiredTokenException`
 */
export function sessionOf(cloud: Cloud, accessKeyId: string, token: string | undefined): SessionRecord | undefined {
  const session = own(cloud.state.iam.sessions, accessKeyId)
  if (!session || token === undefined || digest(token) !== session.tokenDigest) return undefined
  if (Date.parse(session.expiresAt) > cloud.clock.now().getTime()) return session
  throw new ServiceError('ExpiredTokenException', 'The security token included in the request is expired', 403)
}

const digest = (token: string): string => createHash('sha256').update(token).digest('hex')
