import { invalidParameter } from './errors.ts'

const MOST_TAGS = 50

/**
 * A function's tags with more laid over them.
 * @throws ServiceError InvalidParameterValueException
 */
export function withTags(
  present: Readonly<Record<string, string>>,
  added: Readonly<Record<string, string>>,
): Record<string, string> {
  for (const [key, value] of Object.entries(added)) {
    if (key === '' || key.length > 128 || key.toLowerCase().startsWith('aws:') || value.length > 256) {
      throw invalidParameter(
        `The tag ${key.slice(0, 128)} is not valid: a key has 1 to 128 characters and does not begin with aws:, a value at most 256.`,
      )
    }
  }
  const tags = { ...present, ...added }
  if (Object.keys(tags).length > MOST_TAGS) throw invalidParameter('Number of tags exceeds resource tag limit.')
  return tags
}
