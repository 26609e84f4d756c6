import { matches, type Pattern, splitAtColons } from './wildcard.ts'

const ARN_PARTS = 6

/**
 * Whether an ARN matches a pattern, part by part: a `*` does not reach over a colon, but for the last part, which
 * holds whatever stands behind the fifth colon. A lone `*` matches everything.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html
 */
export function matchesArn(pattern: Pattern, arn: string): boolean {
  if (pattern.length === 1 && pattern[0]?.kind === 'any') return true
  const parts = splitAtColons(pattern, ARN_PARTS)
  // What is no ARN (a service's name, a bare `*`) is compared as a whole; a pattern with too few parts fits no ARN.
  if (parts.length < ARN_PARTS) return !arn.startsWith('arn:') && matches(pattern, arn)
  const actual = splitArn(arn)
  return actual.length === ARN_PARTS && parts.every((part, index) => matches(part, actual[index] ?? ''))
}

function splitArn(arn: string): string[] {
  const parts = arn.split(':')
  return [
    ...parts.slice(0, ARN_PARTS - 1),
    ...(parts.length >= ARN_PARTS ? [parts.slice(ARN_PARTS - 1).join(':')] : []),
  ]
}
