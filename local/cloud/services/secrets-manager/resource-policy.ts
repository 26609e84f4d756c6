import { KeyturnError } from '../../../../core/errors.ts'
import { ServiceError } from '../../protocol/service-error.ts'
import { parsePolicy } from '../iam/evaluator/policy-document.ts'

/** @throws ServiceError MalformedPolicyDocumentException */
export function checkResourcePolicy(text: string): void {
  try {
    parsePolicy(text)
  } catch (error) {
    if (!(error instanceof KeyturnError)) throw error
    throw new ServiceError('MalformedPolicyDocumentException', error.message)
  }
}

/** Whether some statement lets anybody in: every principal, and nothing that narrows it. */
export function isPublic(text: string): boolean {
  return parsePolicy(text).statements.some(
    ({ effect, principals, conditions }) =>
      effect === 'Allow' &&
      conditions.length === 0 &&
      (principals?.negated || principals?.entries.some(({ value }) => value === '*')),
  )
}
