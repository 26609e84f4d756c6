import { ServiceError } from '../../protocol/service-error.ts'

/**
 * Reads a filter pattern of terms: all must stand in the message, a `-term` must not, of `?term`s one must; quotes
 * hold words together.
 * @throws ServiceError for JSON and space-delimited patterns, which are not implemented
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
 */
export function readFilterPattern(pattern: string): (message: string) => boolean {
  if (/^\s*[{[%]/.test(pattern)) {
    throw new ServiceError(
      'InvalidParameterException',
      'The local cloud reads filter patterns of terms only, such as: ERROR "rotation failed" -retry',
    )
  }
  const terms = [...pattern.matchAll(/([-?]?)(?:"([^"]*)"|(\S+))/g)].map(([, sign, quoted, word]) => ({
    sign,
    text: quoted ?? word ?? '',
  }))
  const optional = terms.filter(({ sign }) => sign === '?')
  return (message) =>
    terms.every(({ sign, text }) => sign === '?' || message.includes(text) === (sign !== '-')) &&
    (optional.length === 0 || optional.some(({ text }) => message.includes(text)))
}
