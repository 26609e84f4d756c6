import { expect, it } from 'vitest'
import { isErrorCode } from '../../../core/error-codes.ts'
import { KeyturnError, ProblemsError } from '../../../core/errors.ts'

it('an error has the kind of its code, and is told as code, kind and message alone', () => {
  const error = new KeyturnError('port-taken', 'Port 1 is taken.', new Error('inner'))
  expect(JSON.parse(JSON.stringify(error))).toEqual({
    code: 'port-taken',
    kind: 'needs-human',
    message: 'Port 1 is taken.',
  })
  expect(error).toMatchObject({ name: 'KeyturnError', cause: { message: 'inner' } })
  expect(`${error}`).toBe('KeyturnError: Port 1 is taken.')
})

it('an error without a cause has none, not an undefined one', () => {
  expect('cause' in new KeyturnError('port-taken', 'Port 1 is taken.')).toBe(false)
})

it('several problems are told together, a line each, under their heading', () => {
  const problems = [
    { path: 'secrets[2].grace', message: 'is longer than 7 d' },
    { path: 'owner', message: 'is missing' },
  ]
  const error = new ProblemsError('config-invalid', 'The config has 2 mistakes:', problems)
  expect(error.message).toBe('The config has 2 mistakes:\n  secrets[2].grace: is longer than 7 d\n  owner: is missing')
  expect(error).toMatchObject({ code: 'config-invalid', kind: 'needs-human', problems })
})

it('a code is one of the table’s own, and nothing that every object has', () => {
  expect(isErrorCode('port-taken')).toBe(true)
  for (const other of ['port-free', 'toString', '', undefined]) expect(isErrorCode(other)).toBe(false)
})
