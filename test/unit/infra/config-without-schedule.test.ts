import { describe, expect, it } from 'vitest'
import { problemsOf, secretOf } from '../../helpers/infra/dev-config.ts'

describe('a secret without a schedule', () => {
  const unscheduled = (window?: string) =>
    problemsOf((settings) => {
      const secret = settings.secrets.find(({ name }) => name === 'mobile-app')
      if (!secret) throw new Error('the shipped config has it no longer')
      delete secret.schedule
      if (window === undefined) delete secret.window
      else secret.window = window
      // A mistake elsewhere in the secret must not hide the other.
      if (window === '3h') secret.owner = 7
    })

  it('is taken, with any grace', () => {
    expect(() => unscheduled()).toThrow('the config was accepted')
  })

  it('leaves no function with room for one call alone, since it is tried out while it runs', () => {
    const problems = problemsOf((settings) => {
      const { schedule, window, ...secret } = secretOf(settings, 'mobile-app')
      settings.secrets = settings.secrets.map((one) => (one.name === 'mobile-app' ? secret : one)) as never
      settings.functions = { reservedConcurrency: 1 }
    })
    expect(problems).toMatchObject([
      { path: 'functions.reservedConcurrency', message: expect.stringContaining('2 or more') },
    ])
  })

  it.each([
    ['2h', 1],
    ['3h', 2],
  ])('has no use for a window (%s)', (window, count) => {
    const problems = unscheduled(window)
    expect(problems).toHaveLength(count)
    expect(problems).toContainEqual(
      expect.objectContaining({
        path: 'secrets.mobile-app.window',
        message: expect.stringContaining('Leave it out, or add a schedule'),
      }),
    )
  })
})
