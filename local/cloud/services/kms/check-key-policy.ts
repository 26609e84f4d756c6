import { KeyturnError } from '../../../../core/errors.ts'
import { ServiceError } from '../../protocol/service-error.ts'
import { parsePolicy } from '../iam/evaluator/policy-document.ts'

/** @throws ServiceError MalformedPolicyDocumentException */
export function checkKeyPolicy(text: string): void {
  try {
    parsePolicy(text)
  } catch (error) {
    if (!(error instanceof KeyturnError)) throw error
    throw new ServiceError('MalformedPolicyDocumentException', error.message)
  }
}
