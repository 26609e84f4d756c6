import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { systemRandom } from '../../../../core/random.ts'
import { SecretString } from '../../../../core/secret-string.ts'
import { clientKey } from '../../../../lambdas/strategies/client-key/client-key.ts'
import { random } from '../../../../lambdas/strategies/random/random.ts'
import type { StrategyContext } from '../../../../lambdas/strategies/strategy.ts'

const context = <Params>(params: Params): StrategyContext<Params> =>
  ({ params, random: systemRandom }) as StrategyContext<Params>

const make = async (params: Record<string, unknown>): Promise<string> =>
  (await random.create(context(random.params.parse(params)))).reveal()

describe('part of B7: random', () => {
  it.each([
    ['password', 32, /^[A-Za-z0-9._~-]+$/],
    ['alphanumeric', 32, /^[A-Za-z0-9]+$/],
    ['hex', 64, /^[0-9a-f]+$/],
    ['base64url', 43, /^[A-Za-z0-9_-]+$/],
    ['uuid', 36, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/],
  ])('makes a %s of %i characters', async (format, length, alphabet) => {
    const value = await make({ format })
    expect(value).toHaveLength(length)
    expect(value).toMatch(alphabet)
    expect(await make({ format })).not.toBe(value)
  })

  it('keeps to the length that was asked for, and accepts what it made', async () => {
    const formats = fc.constantFrom('password', 'alphanumeric', 'hex', 'base64url')
    await fc.assert(
      fc.asyncProperty(formats, fc.integer({ min: 16, max: 100 }), async (format, half) => {
        const params = random.params.parse({ format, length: half * 2 })
        const value = await random.create(context(params))
        expect(value.length).toBe(half * 2)
        expect(random.checkValue(value, params)).toBeUndefined()
      }),
    )
  })

  it('puts every class of character into a password, and none that breaks connection strings', async () => {
    for (let count = 0; count < 200; count++) {
      const value = await make({ format: 'password', length: 16 })
      for (const alphabet of [/[a-z]/, /[A-Z]/, /[0-9]/, /[-_.~]/]) expect(value).toMatch(alphabet)
      expect(encodeURIComponent(value)).toBe(value)
    }
  })

  it.each([
    [{ format: 'password', length: 15 }, /16 characters or more/],
    [{ format: 'hex', length: 31 }, /32 characters or more|even/],
    [{ format: 'hex', length: 33 }, /even/],
    [{ format: 'base64url', length: 21 }, /22 characters or more/],
    [{ format: 'uuid', length: 40 }, /36/],
    [{ format: 'rot13' }, /format|option/i],
    [{ lenght: 32 }, /lenght/],
  ])('refuses %j and says what is allowed', (params, message) => {
    expect(() => random.params.parse(params)).toThrow(message)
  })
})

describe('part of B7: client-key', () => {
  it('makes 256 bits behind a prefix, and takes nothing less', async () => {
    const value = await clientKey.create(context({}))
    expect(value.reveal()).toMatch(/^kt_[A-Za-z0-9_-]{43}$/)
    expect(clientKey.checkValue(value)).toBeUndefined()
    for (const wrong of [
      '',
      'kt_',
      `${value.reveal()} `,
      `${value.reveal()}\n`,
      value.reveal().slice(0, -1),
      'sk-abc',
    ]) {
      const problem = clientKey.checkValue(new SecretString(wrong))
      expect(problem).toMatch(/43 characters/)
      if (wrong.length > 3) expect(problem).not.toContain(wrong)
    }
  })
})
