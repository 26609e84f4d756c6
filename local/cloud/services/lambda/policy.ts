import type { Cloud } from '../../cloud.ts'
import { parsePolicy } from '../iam/evaluator/policy-document.ts'
import type { PolicyDocument, ResourcePolicy } from '../iam/types.ts'
import type { FunctionRecord } from './state.ts'

/** The resource policy as GetPolicy shows it, or undefined when nothing was ever permitted. */
export function policyText({ permissions }: FunctionRecord): string | undefined {
  if (permissions.length === 0) return undefined
  const Statement = permissions.map(({ statement }) => statement)
  return JSON.stringify({ Version: '2012-10-17', Id: 'default', Statement })
}

export function policyOf(record: FunctionRecord): PolicyDocument | undefined {
  const text = policyText(record)
  return text === undefined ? undefined : parsePolicy(text)
}

/** Every function's resource policy, for the report of unused grants. */
export function* resourcePolicies(cloud: Cloud): Iterable<ResourcePolicy> {
  for (const record of Object.values(cloud.state.lambda.functions)) {
    const document = policyOf(record)
    if (document) yield { resource: record.arn, document }
  }
}

/** Condition keys that a service brings along when it invokes on behalf of a resource. */
export function sourceContext(cloud: Cloud, sourceArn: string | undefined): Record<string, string> {
  if (sourceArn === undefined) return {}
  return { 'aws:SourceArn': sourceArn, 'aws:SourceAccount': sourceArn.split(':')[4] || cloud.accountId }
}
