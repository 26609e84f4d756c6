import { inspect } from 'node:util'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { systemClock } from '../../../core/clock.ts'
import { KeyturnError } from '../../../core/errors.ts'
import { createLogger } from '../../../core/log.ts'
import { redactText } from '../../../core/redact.ts'
import { SecretString } from '../../../core/secret-string.ts'

const CANARY = 'canary-9f8e7d6c5b4a'

describe('SecretString', () => {
  it('shows its text through reveal and nowhere else', () => {
    const secret = new SecretString(CANARY)
    expect(secret.reveal()).toBe(CANARY)
    const shown = [
      `${secret}`,
      String(secret),
      JSON.stringify({ secret }),
      inspect(secret),
      inspect({ deep: [secret] }, { showHidden: true, depth: 9 }),
    ]
    for (const text of shown) expect(text).not.toContain(CANARY)
    expect(shown).toEqual([
      '[redacted]',
      '[redacted]',
      '{"secret":"[redacted]"}',
      '[redacted]',
      expect.stringContaining('[redacted]'),
    ])
    expect(secret.length).toBe(CANARY.length)
  })
})

describe('log redaction at the sink', () => {
  function written(fields: object, message = 'm'): string {
    let lines = ''
    const log = createLogger({
      service: 't',
      level: 'trace',
      clock: systemClock,
      destination: {
        write: (line) => {
          lines += line
        },
      },
    })
    log.info(fields, message)
    return lines
  }

  it.each([
    'authorization',
    'Authorization',
    'proxy-authorization',
    'set-cookie',
    'x-api-key',
    'api-key',
    'x-goog-api-key',
    'apiKey',
    'api_key',
    'password',
    'passphrase',
    'SecretString',
    'secret_string',
    'secretBinary',
    'secret_binary',
    'accessToken',
    'access_token',
    'refreshToken',
    'refresh_token',
    'sessionToken',
    'session_token',
    'secretAccessKey',
    'secret_access_key',
    'secret_accesskey',
    'clientSecret',
    'client_secret',
    'cookie',
    'adminKey',
    'admin_key',
  ])('masks the field %s at any depth', (name) => {
    const line = written({ request: { headers: [{ [name]: CANARY }] } })
    expect(line).not.toContain(CANARY)
    expect(line).toContain('[redacted]')
  })

  it.each(['authorization_url', 'passwordless', 'my_cookies', 'x_password', 'key', 'token'])(
    'shows the field %s',
    (name) => {
      expect(JSON.parse(written({ [name]: 'as it is' }))[name]).toBe('as it is')
    },
  )

  it.each([
    ['Bearer abcdefgh', '[redacted]'],
    ['bearer   abcdefgh.ijk', '[redacted]'],
    ['sk-abcdefgh_1', '[redacted]'],
    ['kt_abcdefgh-1', '[redacted]'],
    ['kt_abcdefgh-1, kt_abcdefgh-2; sk-abcdefgh_1 sk-abcdefgh_2', '[redacted], [redacted]; [redacted] [redacted]'],
    ['kt_short', 'kt_short'],
    ['task-abcdefgh', 'task-abcdefgh'],
    ['?a=1&key=abc&b=2', '?a=1&key=[redacted]&b=2'],
    ['?access_token=abc "quoted"', '?access_token=[redacted] "quoted"'],
    ['monkey=abc', 'monkey=abc'],
  ])('of the text %j shows %j', (text, shown) => {
    expect(redactText(text)).toBe(shown)
  })

  it('writes the cloud’s time, under the names that the documentation gives', () => {
    const line = JSON.parse(written({ some: 'field' }, 'the message'))
    expect(line).toMatchObject({ message: 'the message', some: 'field' })
    expect(new Date(line.time).toISOString()).toBe(line.time)
  })

  it('shows lists as lists, and what an object has to say for itself', () => {
    const secret = new SecretString(CANARY)
    const shown = JSON.parse(written({ list: [1, [2]], secret, at: new Date(0), loop: loopOf({ name: 'a' }) }))
    expect(shown).toMatchObject({ list: [1, [2]], secret: '[redacted]', at: '1970-01-01T00:00:00.000Z' })
    expect(shown.loop).toEqual({ name: 'a', self: '[circular]' })
  })

  it('shows of an error where it was thrown, and neither a code nor a cause that it has not', () => {
    const { error } = JSON.parse(written({ error: Object.assign(new Error('plain'), { code: 7, kind: {} }) }))
    expect(Object.keys(error).sort()).toEqual(['message', 'name', 'stack'])
    expect(error.stack).toContain('secrecy.test.ts')
    const bare = Object.assign(new Error('plain'), { stack: undefined })
    expect(Object.keys(JSON.parse(written({ bare })).bare).sort()).toEqual(['message', 'name'])
  })

  it('masks credentials by their shape, in messages, errors and causes', () => {
    const key = `sk-proj-${CANARY}`
    const error = new Error(`got ${key}`, { cause: new KeyturnError('token-unknown', `Bearer ${CANARY}${CANARY}`) })
    const line = written({ error, url: `/v1?key=${CANARY}&a=1` }, `kt_${CANARY}`)
    expect(line).not.toContain(CANARY)
    expect(JSON.parse(line)).toMatchObject({
      level: 'info',
      service: 't',
      error: { name: 'Error', cause: { code: 'token-unknown' } },
    })
  })

  it('tells why, down to the cause: whom AWS denied what', () => {
    const denied = new Error('User: arn:aws:sts::1:assumed-role/r/s is not authorized to perform: kms:Decrypt')
    const line = JSON.parse(
      written({ error: new KeyturnError('secret-access-denied', 'The role may not read it.', denied) }),
    )
    expect(line.error).toMatchObject({
      code: 'secret-access-denied',
      kind: 'needs-human',
      cause: { message: denied.message },
    })
  })

  it('leaves out what HTTP clients hang on their errors', () => {
    const error = Object.assign(new Error('refused'), { config: { headers: { whatever: CANARY } }, response: CANARY })
    expect(written({ error })).not.toContain(CANARY)
  })

  it('writes one line of JSON whatever is logged', () => {
    fc.assert(
      fc.property(fc.object(), fc.string(), (fields, message) => {
        const line = written({ fields }, message)
        expect(line.trimEnd().split('\n')).toHaveLength(1)
        expect(() => JSON.parse(line)).not.toThrow()
      }),
    )
  })

  it('survives a cycle', () => {
    const loop: Record<string, unknown> = { authorization: CANARY }
    loop.self = loop
    expect(written({ loop })).not.toContain(CANARY)
  })

  it('keeps ordinary text as it is', () => {
    expect(redactText('GET /v1/chat/completions?stream=true 200 key set refreshed')).toBe(
      'GET /v1/chat/completions?stream=true 200 key set refreshed',
    )
  })
})

function loopOf(fields: Record<string, unknown>): Record<string, unknown> {
  const loop = { ...fields }
  return Object.assign(loop, { self: loop })
}
