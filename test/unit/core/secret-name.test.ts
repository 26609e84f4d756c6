import { expect, it } from 'vitest'
import { secretName } from '../../../core/secret-name.ts'

const NAME = 'keyturn/dev/openai'

it.each([
  ['an ARN', `arn:aws:secretsmanager:eu-central-1:123456789012:secret:${NAME}-AbC123`, NAME],
  [
    'an ARN of another partition',
    `arn:aws-us-gov:secretsmanager:us-gov-west-1:123456789012:secret:${NAME}-AbC123`,
    NAME,
  ],
  ['a name', NAME, NAME],
  ['a name that ends like an ARN', 'my-secret-AbC123', 'my-secret-AbC123'],
  ['an ARN of another service', `arn:aws:kms:eu-central-1:1:secret:${NAME}-AbC123`, undefined],
  ['an ARN in the middle of a text', `x arn:aws:secretsmanager:e:1:secret:${NAME}-AbC123`, undefined],
  ['an ARN with something after it', `arn:aws:secretsmanager:e:1:secret:${NAME}-AbC123!`, undefined],
  ['an ARN without what AWS adds', `arn:aws:secretsmanager:e:1:secret:${NAME}`, undefined],
  [
    'a name that itself ends in a hyphen and six characters',
    'arn:aws:secretsmanager:e:1:secret:a-BCDEFG-AbC123',
    'a-BCDEFG',
  ],
])('the name in %s', (_what, id, name) => {
  expect(secretName(id)).toBe(name ?? id)
})
