import { describe, expect, it } from 'vitest'
import { planResource } from '../../../../local/apply/plan.ts'
import type { ResourceState } from '../../../../local/apply/state.ts'

const before: ResourceState = {
  type: 't:t/t:T',
  name: 'one',
  custom: true,
  id: 'id-1',
  inputs: {},
  outputs: {},
  digests: { name: 'n', description: 'd' },
  dependencies: [],
  protect: false,
  retainOnDelete: false,
}
const changes = { ignoreChanges: [], inputs: {} }
const handler = { replaceOn: ['name'] }

describe('planResource', () => {
  it('creates what is not there', () => {
    expect(planResource(undefined, changes, { name: 'n' }, handler)).toEqual({ action: 'create' })
  })

  it('leaves alone what did not change', () => {
    expect(planResource(before, changes, { ...before.digests }, handler)).toEqual({ action: 'unchanged' })
  })

  it('updates for a changed, a new or a missing input, and names it', () => {
    expect(planResource(before, changes, { name: 'n', tags: 't' }, handler)).toEqual({
      action: 'update',
      changed: ['description', 'tags'],
    })
  })

  it('replaces when an input that makes the resource what it is changed, or when nothing can be updated', () => {
    expect(planResource(before, changes, { name: 'm', description: 'd' }, handler).action).toBe('replace')
    expect(planResource(before, changes, { name: 'n', description: 'e' }, { replaceOn: 'any' }).action).toBe('replace')
  })

  it('does not see changes that the program ignores', () => {
    const ignoring = { ignoreChanges: ['description'], inputs: {} }
    expect(planResource(before, ignoring, { name: 'n', description: 'e' }, handler)).toEqual({ action: 'unchanged' })
  })
})
