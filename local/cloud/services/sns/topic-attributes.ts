import { ServiceError } from '../../protocol/service-error.ts'
import { readPolicyText } from '../iam/policy-text.ts'

const KEPT = ['DisplayName', 'Policy', 'DeliveryPolicy', 'TracingConfig', 'SignatureVersion'] as const
/** The account's own key for SNS, which every role may use through SNS; another key's policy would have to be asked. */
const ACCOUNT_KEY = 'alias/aws/sns'

/** @throws ServiceError `InvalidParameter` for an attribute that is unknown, malformed or not implemented */
export function checkTopicAttribute(name: string, value: string): void {
  if (name === 'KmsMasterKeyId') {
    if (value === '' || value === ACCOUNT_KEY) return
    throw invalid(`KmsMasterKeyId: the local cloud implements ${ACCOUNT_KEY} only, and no key of the account`)
  }
  if (!KEPT.some((kept) => kept === name)) {
    throw invalid(
      `AttributeName ${name} is unknown or not implemented. Allowed: ${[...KEPT, 'KmsMasterKeyId'].join(', ')}`,
    )
  }
  if (name !== 'Policy') return
  for (const { sid, principals, resources } of readPolicyText(value, 'InvalidParameter').statements) {
    if (!principals || !resources) throw invalid(`Policy statement ${sid} needs a Principal and a Resource`)
  }
}

const invalid = (reason: string): ServiceError => new ServiceError('InvalidParameter', `Invalid parameter: ${reason}`)
