import { expect, it } from 'vitest'
import { TAG } from '../../../core/tags.ts'
import { otherwiseMadeProblem } from '../../../infra/config/alive.ts'

const made = (strategy: string) => ({
  name: 'keyturn/dev/one',
  tags: { [TAG.strategy]: strategy },
  versions: { v1: ['AWSCURRENT'] },
})

it('another strategy is refused only for keys that the old one alone could revoke', () => {
  expect(otherwiseMadeProblem(made('provider-key'), 'random')).toEqual([
    {
      path: 'secrets',
      message: expect.stringContaining('was made by strategy "provider-key" and is now to be "random"'),
    },
  ])
  expect(otherwiseMadeProblem(made('provider-key'), 'provider-key')).toEqual([])
  expect(otherwiseMadeProblem(made('random'), 'client-key')).toEqual([])
  expect(otherwiseMadeProblem(made('one that is gone'), 'random')).toEqual([])
})
