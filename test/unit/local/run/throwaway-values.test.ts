import { expect, it } from 'vitest'
import { systemRandom } from '../../../../core/random.ts'
import { throwawayValues } from '../../../../local/run/throwaway-values.ts'

const supplied = (pattern: string) => [{ name: 'bot', strategy: 'supplied', params: { pattern } }]

it('a value is made up that matches the pattern', () => {
  expect(throwawayValues(supplied('sk-[a-z]{20,}'), {}, systemRandom).values.bot).toMatch(/^sk-[a-z]{20,}$/)
})

it.each(['(?=sk)sk-[a-z]+', '\\bsk\\b', '(a)\\1'])(
  'a sound pattern that is too much for that is told by name: %s',
  (pattern) => {
    expect(() => throwawayValues(supplied(pattern), {}, systemRandom)).toThrow(
      expect.objectContaining({
        code: 'config-invalid',
        message: expect.stringMatching(/^secrets\.bot\.params\.pattern: npm start cannot make up a value/),
      }),
    )
  },
)
