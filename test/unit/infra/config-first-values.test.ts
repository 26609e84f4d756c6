import { describe, expect, it } from 'vitest'
import { parseStackConfig } from '../../../infra/config/parse.ts'
import { devSettings, devValues, problemsOf } from '../../helpers/infra/dev-config.ts'

describe('first values (A2)', () => {
  it('asks for each supplied one with the command that sets it', () => {
    const problems = problemsOf(() => {}, { ...devValues, 'telegram-bot': undefined })
    expect(problems).toEqual([
      {
        path: 'values.telegram-bot',
        secret: 'telegram-bot',
        message: expect.stringContaining("pulumi config set --secret --path 'keyturn:values.telegram-bot'"),
      },
    ])
  })

  it('refuses one that its strategy refuses, without quoting it', () => {
    const canary = 'canary-5d1f'
    const problems = problemsOf(() => {}, { ...devValues, 'telegram-bot': canary })
    expect(problems).toEqual([
      expect.objectContaining({
        path: 'values.telegram-bot',
        message: expect.stringContaining('does not match the pattern'),
      }),
    ])
    expect(JSON.stringify(problems)).not.toContain(canary)
  })

  it('refuses one for a secret that makes its own, or for none', () => {
    const problems = problemsOf(() => {}, { ...devValues, 'reporting-password': 'x', gone: 'y' })
    expect(problems.map(({ path, message }) => `${path} ${message}`)).toEqual([
      'values.reporting-password is surplus: a "random" secret makes its own first value. Remove it',
      'values.gone belongs to no secret of the inventory. Remove it',
    ])
  })

  it('takes a client’s own key if it is strong, and tells what is if not', () => {
    const own = '4fK9_xQ7-bT2mWz8RcVh3NsYpLgJ6dAeUo1iXwBtCvE'
    const { values } = parseStackConfig(devSettings(), { ...devValues, 'mobile-app': own })
    expect(values.get('mobile-app')?.reveal()).toBe(own)
    expect(problemsOf(() => {}, { ...devValues, 'mobile-app': 'hunter2' })).toEqual([
      {
        path: 'values.mobile-app',
        secret: 'mobile-app',
        message: expect.stringMatching(/^the value has 7 characters .* 43 characters or more/),
      },
    ])
  })

  it('holds them so that they do not print', () => {
    const { values } = parseStackConfig(devSettings(), devValues)
    expect(JSON.stringify([...values])).not.toContain(devValues['openai-admin'])
    expect(values.get('openai-admin')?.reveal()).toBe(devValues['openai-admin'])
  })
})
