import { describe, expect, it } from 'vitest'
import { parsePolicy } from '../../../../../../local/cloud/services/iam/evaluator/policy-document.ts'

const wrap = (statement: unknown): string => JSON.stringify({ Version: '2012-10-17', Statement: statement })
const good = { Effect: 'Allow', Action: 'kms:Decrypt', Resource: '*' }

describe('a policy document (E)', () => {
  it('reads one statement as well as a list, and numbers those without a Sid', () => {
    expect(parsePolicy(wrap(good)).statements).toMatchObject([{ sid: '#0', actions: { values: ['kms:Decrypt'] } }])
    expect(parsePolicy(wrap([{ ...good, Sid: 'One' }, good])).statements.map(({ sid }) => sid)).toEqual(['One', '#1'])
  })

  it.each([
    ['text that is not JSON', '{', /not JSON/],
    ['an unknown element', wrap({ ...good, Actions: 'x' }), /Statement.*Actions/],
    ['an effect that is none', wrap({ ...good, Effect: 'Maybe' }), /Effect/],
    ['no action', wrap({ Effect: 'Allow', Resource: '*' }), /exactly one of Action and NotAction/],
    ['both Action and NotAction', wrap({ ...good, NotAction: 'a:b' }), /exactly one of Action and NotAction/],
    ['an action without its service', wrap({ ...good, Action: 'Decrypt' }), /"Decrypt" is not <service>:<action>/],
    ['both Resource and NotResource', wrap({ ...good, NotResource: '*' }), /both Resource and NotResource/],
    [
      'an unknown condition operator',
      wrap({ ...good, Condition: { StringIs: { a: 'b' } } }),
      /"StringIs" is not known/,
    ],
  ])('refuses %s', (_, text, message) => {
    expect(() => parsePolicy(text)).toThrow(message)
  })
})
