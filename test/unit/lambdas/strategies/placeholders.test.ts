import { describe, expect, it } from 'vitest'
import { params as providerKey } from '../../../../lambdas/strategies/provider-key/params.ts'
import { supplied } from '../../../../lambdas/strategies/supplied/supplied.ts'
import { openAiParams, openRouterParams } from '../../../helpers/provider-params.ts'

const sound = openAiParams('https://provider.example') as Record<string, { url: string; body?: unknown }>

/** The problems of parameters in which one call is changed, as `path: message`. */
function problems(call: string, change: object): string[] {
  const read = providerKey.safeParse({ ...sound, [call]: { ...sound[call], ...change } })
  return (read.error?.issues ?? []).map(({ path, message }) => `${path.join('.')}: ${message}`)
}

describe('A13: placeholders of described calls, at plan time', () => {
  it('passes the shipped descriptions', () => {
    expect(providerKey.safeParse(sound).success).toBe(true)
    expect(providerKey.safeParse(openRouterParams('https://provider.example')).success).toBe(true)
  })

  it.each([
    [
      'revoke',
      { url: 'https://provider.example/keys/{keyId}' },
      'revoke.url: holds {keyId}, which is no placeholder; allowed: {id}',
    ],
    [
      'revoke',
      { url: 'https://provider.example/keys/{ID}' },
      'revoke.url: holds {ID}, which is no placeholder; allowed: {id}',
    ],
    [
      'revoke',
      { url: 'https://provider.example/keys/{api_key_id}' },
      'revoke.url: holds {api_key_id}, which is no placeholder; allowed: {id}',
    ],
    [
      'revoke',
      { url: 'https://provider.example/keys/{ id }' },
      'revoke.url: holds a brace that begins no placeholder; allowed: {id}',
    ],
    [
      'revoke',
      { url: 'https://provider.example/keys/{id}/{project}' },
      'revoke.url: holds {project}, which is no placeholder; allowed: {id}',
    ],
    ['revoke', { url: 'https://provider.example/keys/id' }, 'revoke.url: must hold {id}, here or in "body"'],
    ['create', { body: { name: 'always the same' } }, 'create.url: must hold {name}, here or in "body"'],
    [
      'create',
      { body: { name: '{name}', for: ['{id}'] } },
      'create.body: holds {id}, which is no placeholder; allowed: {name}',
    ],
    [
      'create',
      { body: { label: '{name}', '{name}': 1 } },
      'create.body: holds {name}, which is no placeholder; allowed: {name}',
    ],
    [
      'create',
      { headers: { 'x-name': '{name}' } },
      'create.headers: holds {name}, which is no placeholder; allowed: {name}',
    ],
    [
      'list',
      { url: 'https://provider.example/keys?name={name}' },
      'list.url: holds {name}, which is no placeholder; none is filled here',
    ],
    [
      'test',
      { url: 'https://provider.example/me/{id}' },
      'test.url: holds {id}, which is no placeholder; allowed: {key}',
    ],
    ['test', { auth: { scheme: 'none' } }, 'test.url: must hold {key}, since "auth" sends none'],
  ])('refuses in %s: %j', (call, change, message) => {
    expect(problems(call, change)).toContain(message)
  })

  it('takes an id in the body, and braces that are no placeholder', () => {
    const call = {
      method: 'POST',
      url: 'https://provider.example/revoke',
      body: { key_id: '{id}', note: 'a {b c} {}' },
    }
    expect(problems('revoke', call)).toEqual([])
  })

  it('refuses them in the test of a supplied value too', () => {
    const test = { method: 'GET', url: 'https://api.telegram.org/bot{token}/getMe', auth: { scheme: 'none' } }
    const read = supplied.params.safeParse({ test })
    expect(read.error?.issues.map(({ message }) => message)).toEqual([
      'holds {token}, which is no placeholder; allowed: {key}',
      'must hold {key}, since "auth" sends none',
    ])
    expect(
      supplied.params.safeParse({ test: { ...test, url: 'https://api.telegram.org/bot{key}/getMe' } }).success,
    ).toBe(true)
  })
})
