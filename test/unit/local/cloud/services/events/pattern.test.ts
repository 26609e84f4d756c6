import { describe, expect, it } from 'vitest'
import { readPattern } from '../../../../../../local/cloud/services/events/pattern.ts'

const event = {
  source: 'aws.secretsmanager',
  resources: ['arn:one', 'arn:two'],
  detail: {
    name: 'keyturn/dev/openai',
    attempts: 3,
    ok: false,
    gone: null,
    address: '10.0.0.7',
    list: [{ a: 1 }, { a: 2 }],
  },
}

describe('an event pattern (part of A9)', () => {
  it.each([
    [{ source: ['aws.s3', 'aws.secretsmanager'] }, true],
    [{ source: ['aws'] }, false],
    [{ missing: ['x'] }, false],
    [{ source: ['aws.secretsmanager'], detail: { ok: [true] } }, false],
    [{ detail: { ok: [false], gone: [null], attempts: [3] } }, true],
    [{ detail: { attempts: ['3'] } }, false],
    [{ resources: ['arn:two'] }, true],
    [{ resources: ['arn:three'] }, false],
    [{ detail: { list: { a: [2] } } }, true],
    [{ detail: { name: [{ prefix: 'keyturn/' }] } }, true],
    [{ detail: { name: [{ prefix: 'Keyturn/' }] } }, false],
    [{ detail: { name: [{ prefix: { 'equals-ignore-case': 'KEYTURN/' } }] } }, true],
    [{ detail: { name: [{ suffix: '/openai' }] } }, true],
    [{ detail: { name: [{ 'equals-ignore-case': 'KEYTURN/DEV/OPENAI' }] } }, true],
    [{ detail: { name: [{ wildcard: 'keyturn/*/openai' }] } }, true],
    [{ detail: { name: [{ wildcard: 'keyturn/?ev/openai' }] } }, false],
    [{ detail: { name: [{ exists: true }] } }, true],
    [{ detail: { name: [{ exists: false }] } }, false],
    [{ detail: { other: [{ exists: false }] } }, true],
    [{ detail: { other: { deep: [{ exists: false }] } } }, true],
    [{ detail: { attempts: [{ numeric: ['>', 2, '<=', 3] }] } }, true],
    [{ detail: { attempts: [{ numeric: ['=', 4] }] } }, false],
    [{ detail: { address: [{ cidr: '10.0.0.0/24' }] } }, true],
    [{ detail: { address: [{ cidr: '10.0.1.0/24' }] } }, false],
    [{ detail: { name: [{ 'anything-but': 'x' }] } }, true],
    [{ detail: { name: [{ 'anything-but': ['x', 'keyturn/dev/openai'] }] } }, false],
    [{ detail: { name: [{ 'anything-but': { prefix: ['other/', 'keyturn/'] } }] } }, false],
    [{ detail: { other: [{ 'anything-but': 'x' }] } }, false],
    [{ $or: [{ source: ['x'] }, { detail: { attempts: [3] } }] }, true],
    [{ $or: [{ source: ['x'] }, { source: ['y'] }] }, false],
  ])('%j matches: %s', (pattern, expected) => {
    expect(readPattern(JSON.stringify(pattern))(event)).toBe(expected)
  })

  it.each([
    ['{', 'not JSON'],
    ['[]', 'not an object'],
    ['{}', 'empty'],
    ['{"source": "x"}', 'object or a list'],
    ['{"source": []}', 'empty list'],
    ['{"source": [{"like": "x"}]}', 'no filter'],
    ['{"source": [{"prefix": "x", "suffix": "y"}]}', 'no filter'],
    ['{"source": [{"prefix": 5}]}', 'must be text'],
    ['{"source": [{"exists": "yes"}]}', 'true or false'],
    ['{"source": [{"numeric": ["~", 5]}]}', 'pairs'],
    ['{"source": [{"cidr": "here"}]}', 'network'],
    ['{"$or": [{"source": ["x"]}]}', 'two or more'],
  ])('%s is refused: %s', (pattern, reason) => {
    expect(() => readPattern(pattern)).toThrow(new RegExp(`Event pattern is not valid. Reason: .*${reason}`))
  })
})
