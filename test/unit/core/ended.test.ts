import { expect, it } from 'vitest'
import { isEnded } from '../../../core/ended.ts'
import { TAG } from '../../../core/tags.ts'

const ended = (version: string) => ({ [TAG.ended]: `2026-11-24T10:00:00Z ${version}` })

it('a secret is ended while the version that was current then still is', () => {
  expect(isEnded(ended('v2'), { v1: ['AWSPREVIOUS'], v2: ['AWSCURRENT'] })).toBe(true)
})

it.each([
  ['without the tag', {}, { v2: ['AWSCURRENT'] }],
  ['with a tag that names no version', { [TAG.ended]: '2026-11-24T10:00:00Z' }, { v2: ['AWSCURRENT'] }],
  ['once something was put into it', ended('v2'), { v2: ['AWSPREVIOUS'], v3: ['AWSCURRENT'] }],
  ['when the version is gone', ended('v2'), { v3: ['AWSCURRENT'] }],
  ['when nothing is current', ended('v2'), { v2: [] }],
])('it is not %s', (_what, tags, versions) => {
  expect(isEnded(tags, versions)).toBe(false)
})
