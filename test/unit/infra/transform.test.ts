import { describe, expect, it } from 'vitest'
import { transform } from '../../../infra/components/transform.ts'

describe('transform', () => {
  const args = { name: 'topic', displayName: 'Rotations' }

  it('lays fields over the arguments of a child', () => {
    expect(transform<typeof args>({ displayName: 'Mine' }, 'child', args, { protect: true })).toEqual([
      'child',
      { name: 'topic', displayName: 'Mine' },
      { protect: true },
    ])
  })

  it('lets a function edit arguments and options, and leaves the originals as they were', () => {
    const options = { protect: true }
    const edited = transform<typeof args>(
      (copy, copyOptions, name) => {
        copy.displayName = `${name}!`
        copyOptions.protect = false
      },
      'child',
      args,
      options,
    )
    expect(edited).toEqual(['child', { name: 'topic', displayName: 'child!' }, { protect: false }])
    expect([args.displayName, options.protect]).toEqual(['Rotations', true])
  })

  it('changes nothing when there is nothing to change', () => {
    expect(transform<typeof args>(undefined, 'child', args, {})).toEqual(['child', args, {}])
  })
})
