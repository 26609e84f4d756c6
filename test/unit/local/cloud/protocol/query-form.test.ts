import { expect, test } from 'vitest'
import { parseQueryForm } from '../../../../../local/cloud/protocol/query-form.ts'

const parse = (text: string) => parseQueryForm(new URLSearchParams(text))

test('lists, structures and maps of a query form become arrays and objects', () => {
  expect(
    parse(
      'Action=CreateRole&Version=2010-05-08&RoleName=r&Tags.member.2.Key=b&Tags.member.1.Key=a&Tags.member.1.Value=1',
    ),
  ).toEqual({ RoleName: 'r', Tags: [{ Key: 'a', Value: '1' }, { Key: 'b' }] })
  expect(
    parse(
      'Attributes.entry.1.key=Policy&Attributes.entry.1.value=%7B%7D&Attributes.entry.2.key=k&Attributes.entry.2.value=v',
    ),
  ).toEqual({ Attributes: { Policy: '{}', k: 'v' } })
  expect(parse('A.member.1.B.member.1=x&A.member.1.B.member.2=y')).toEqual({ A: [{ B: ['x', 'y'] }] })
})

test('names of JavaScript objects are members like any other', () => {
  expect(Object.entries(parse('__proto__.polluted=1&constructor=2'))).toContainEqual(['constructor', '2'])
  expect(({} as Record<string, unknown>).polluted).toBeUndefined()
})
