import { KeyturnError } from '../../../../core/errors.ts'
import { ServiceError } from '../../protocol/service-error.ts'
import { parsePolicy } from './evaluator/policy-document.ts'
import type { PolicyDocument } from './types.ts'

/**
 * Reads a policy that a caller sent.
 * @throws ServiceError `MalformedPolicyDocument`, or the service's own `code`, with the reason
 */
export function readPolicyText(text: string, code = 'MalformedPolicyDocument'): PolicyDocument {
  try {
    return parsePolicy(text)
  } catch (error) {
    if (error instanceof KeyturnError) throw new ServiceError(code, error.message)
    throw error
  }
}

/** An identity policy: it says what on which resources, and never who. */
export function checkIdentityPolicy(text: string): string {
  for (const { sid, principals, resources } of readPolicyText(text).statements) {
    if (principals) throw malformed(`Statement ${sid} must not have a Principal: the policy's holder is it`)
    if (!resources) throw malformed(`Statement ${sid} needs exactly one of Resource and NotResource`)
  }
  return text
}

/** A trust policy: it says who may assume, and never on which resource. */
export function checkTrustPolicy(text: string): string {
  for (const { sid, principals, resources } of readPolicyText(text).statements) {
    if (!principals) throw malformed(`Statement ${sid} needs a Principal: who may assume the role`)
    if (resources) throw malformed(`Statement ${sid} must not have a Resource: the role itself is it`)
  }
  return text
}

const malformed = (message: string): ServiceError => new ServiceError('MalformedPolicyDocument', message)
