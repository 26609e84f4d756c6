import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseIdentifier } from '../../../../../../local/cloud/services/lambda/identify.ts'

const ARN = 'arn:aws:lambda:eu-central-1:000000000000:function:my-fn'

test.each([
  ['my-fn', { name: 'my-fn' }],
  ['my-fn:$LATEST', { name: 'my-fn', qualifier: '$LATEST' }],
  ['my-fn:3', { name: 'my-fn', qualifier: '3' }],
  ['function:my-fn', { name: 'my-fn' }],
  ['000000000000:function:my-fn', { name: 'my-fn', account: '000000000000' }],
  [ARN, { name: 'my-fn', account: '000000000000' }],
  [`${ARN}:7`, { name: 'my-fn', account: '000000000000', qualifier: '7' }],
])('%s names a function', (identifier, parsed) => {
  expect(parseIdentifier(identifier)).toEqual(parsed)
})

test.each(['', 'has space', 'a/b', `${ARN}:1:2`, 'arn:aws:s3:::bucket', 'x'.repeat(65)])(
  '%j is refused',
  (identifier) => {
    expect(() => parseIdentifier(identifier)).toThrow(/name .* or its ARN/)
  },
)

test('every valid name comes back from every form it may take', () => {
  const names = fc.stringMatching(/^[A-Za-z0-9_-]{1,64}$/)
  fc.assert(
    fc.property(names, (name) => {
      expect(parseIdentifier(name).name).toBe(name)
      expect(parseIdentifier(ARN.replace('my-fn', name)).name).toBe(name)
    }),
  )
})
