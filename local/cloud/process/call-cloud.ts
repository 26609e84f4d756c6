import { KeyturnError } from '../../../core/errors.ts'
import type { Cloud } from '../cloud.ts'
import type { Credentials } from '../services/iam/types.ts'

export interface CloudRequest {
  /** Signing name: `logs`. */
  readonly service: string
  readonly contentType: 'application/x-amz-json-1.1' | 'application/x-www-form-urlencoded'
  /** `Logs_20140328.PutLogEvents`; absent for the query protocol. */
  readonly target?: string
  readonly body: string
}

export class CloudCallError extends Error {
  readonly code: string

  constructor(code: string, message: string) {
    super(message)
    this.code = code
  }
}

/**
 * One AWS call that the cloud makes over its own wire under a role's credentials, as Lambda and ECS do for a function
 * or a task: so it is authorised, journalled and open to faults like any other.
 * @throws CloudCallError with AWS's code
 */
export async function callCloud(cloud: Cloud, credentials: Credentials, request: CloudRequest): Promise<string> {
  if (cloud.url === '')
    throw new KeyturnError('cloud-not-listening', 'The local cloud makes calls only while it listens.')
  const day = cloud.clock.now().toISOString().slice(0, 10).replaceAll('-', '')
  const scope = `${credentials.accessKeyId}/${day}/${cloud.region}/${request.service}/aws4_request`
  const response = await fetch(cloud.url, {
    method: 'POST',
    headers: {
      'content-type': request.contentType,
      authorization: `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host, Signature=unverified`,
      'x-amz-security-token': credentials.sessionToken,
      ...(request.target !== undefined && { 'x-amz-target': request.target }),
    },
    body: request.body,
  })
  const text = await response.text()
  if (!response.ok) throw new CloudCallError(errorCode(response, text), text.slice(0, 500))
  return text
}

const errorCode = (response: Response, text: string): string =>
  response.headers.get('x-amzn-errortype') ?? /<Code>([^<]+)<\/Code>/.exec(text)?.[1] ?? String(response.status)
