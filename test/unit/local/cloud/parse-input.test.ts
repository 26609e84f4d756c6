import { expect, test } from 'vitest'
import { z } from 'zod'
import { parseInput } from '../../../../local/cloud/services/parse-input.ts'

const schema = z.object({
  SecretId: z.string().min(1).max(5),
  MaxResults: z.int().min(1).max(100).optional(),
  Sort: z.enum(['asc', 'desc']).optional(),
  Name: z
    .string()
    .regex(/^[a-z]+$/)
    .optional(),
  Role: z.string().regex(/^arn:/, 'must be the ARN of a role').optional(),
  SecretString: z.string().max(3).optional(),
  Tags: z
    .array(z.object({ Key: z.string().min(1) }))
    .max(2)
    .optional(),
  Ids: z.array(z.string()).min(1).optional(),
})

const one = (rest: string): string => `1 validation error detected: Value ${rest}`
const constraint = (at: string, what: string): string => `at '${at}' failed to satisfy constraint: Member must ${what}`

test.each([
  [{ SecretId: '' }, one(`'' ${constraint('secretId', 'have length greater than or equal to 1')}`)],
  [{ SecretId: 'abcdef' }, one(`'abcdef' ${constraint('secretId', 'have length less than or equal to 5')}`)],
  [{}, one(`null ${constraint('secretId', 'not be null')}`)],
  [{ SecretId: null }, one(`null ${constraint('secretId', 'not be null')}`)],
  [{ SecretId: 'a', MaxResults: 0 }, one(`'0' ${constraint('maxResults', 'have value greater than or equal to 1')}`)],
  [{ SecretId: 'a', Sort: 'up' }, one(`'up' ${constraint('sort', 'satisfy enum value set: [asc, desc]')}`)],
  [{ SecretId: 'a', Name: 'A' }, one(`'A' ${constraint('name', 'satisfy regular expression pattern: /^[a-z]+$/')}`)],
  [{ SecretId: 'a', Role: 'x' }, one(`'x' ${constraint('role', 'be the ARN of a role')}`)],
  [
    { SecretId: 'a', Tags: [{ Key: 'k' }, { Key: '' }] },
    one(`'' ${constraint('tags.2.member.key', 'have length greater than or equal to 1')}`),
  ],
  [{ SecretId: 'a', Ids: [] }, one(`'[]' ${constraint('ids', 'have length greater than or equal to 1')}`)],
])('%j is refused in AWS’s words', (input, message) => {
  expect(() => parseInput(schema, input)).toThrow(message)
})

test('every problem is named, and counted', () => {
  expect(() => parseInput(schema, { SecretId: '', MaxResults: 0 })).toThrow(
    /^2 validation errors detected: .*; Value '0'/,
  )
})

test('a secret’s value is not repeated', () => {
  const refused = () => parseInput(schema, { SecretId: 'a', SecretString: 'hunter2' })
  expect(refused).toThrow(
    "1 validation error detected: Value at 'secretString' failed to satisfy constraint: Member must have length less than or equal to 3",
  )
  expect(refused).not.toThrow('hunter2')
})
