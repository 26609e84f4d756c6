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
    'x-api-key',
    'apiKey',
    'api_key',
    'password',
    'SecretString',
    'cookie',
    'adminKey',
  ])('masks the field %s at any depth', (name) => {
    const line = written({ request: { headers: [{ [name]: CANARY }] } })
    expect(line).not.toContain(CANARY)
    expect(line).toContain('[redacted]')
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
