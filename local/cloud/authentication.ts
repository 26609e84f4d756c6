import type { Cloud } from './cloud.ts'
import type { WireRequest } from './protocol/protocol.ts'
import { ServiceError } from './protocol/service-error.ts'
import type { Principal } from './services/iam/types.ts'

export interface Caller {
  readonly principal: Principal
  readonly accessKeyId: string
}

export interface Signature {
  readonly accessKeyId: string
  /** The service in the credential scope, which is how a request names the service it is for. */
  readonly service: string
  readonly region: string
  readonly sessionToken: string | undefined
}

/**
 * Reads who signed a request, from the `Authorization` header or a presigned query. The signature itself is not
 * verified: local keys guard nothing but the line between roles, and children of the moved clock sign with its time.
 */
export function readSignature(request: WireRequest): Signature | undefined {
  const header = /Credential=([^/,\s]+)\/[^/]+\/([^/]+)\/([^/]+)\/aws4_request/.exec(
    request.headers.authorization ?? '',
  )
  if (header?.[1] && header[2] && header[3]) {
    const [, accessKeyId, region, service] = header
    return { accessKeyId, region, service, sessionToken: request.headers['x-amz-security-token'] }
  }
  const [accessKeyId, , region, service] = request.query.get('X-Amz-Credential')?.split('/') ?? []
  if (!accessKeyId || !region || !service) return undefined
  return { accessKeyId, region, service, sessionToken: request.query.get('X-Amz-Security-Token') ?? undefined }
}

/** @throws ServiceError UnrecognizedClientException, or ExpiredTokenException from IAM */
export function authenticate(signature: Signature, cloud: Cloud): Caller {
  const principal = cloud.iam.principalFor(signature.accessKeyId, signature.sessionToken)
  if (principal) return { principal, accessKeyId: signature.accessKeyId }
  throw new ServiceError(
    'UnrecognizedClientException',
    'The security token included in the request is invalid. The local cloud knows the keys it issued to roles, and the ' +
      "account's administrator: export AWS_ACCESS_KEY_ID=local AWS_SECRET_ACCESS_KEY=local",
    403,
  )
}
