import { existsSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { familiesOf, strategies, strategyFor } from '../../../../lambdas/strategies/find-strategy.ts'
import * as registry from '../../../../lambdas/strategies/registry.ts'
import type { Strategy } from '../../../../lambdas/strategies/strategy.ts'

const root = new URL('../../../../', import.meta.url)
const all: readonly (readonly [string, Strategy])[] = Object.entries(strategies)

describe('the registry of strategies', () => {
  it('has a kind of its own for each of its lines', () => {
    expect(all).toHaveLength(Object.keys(registry).length)
  })

  it.each(all)('%s has a folder and a page of its name', (kind) => {
    expect(existsSync(new URL(`lambdas/strategies/${kind}/`, root))).toBe(true)
    expect(existsSync(new URL(`docs/strategies/${kind}.md`, root))).toBe(true)
  })

  it.each(all)('%s makes values, unless a person must hand over each one', (_kind, { supply, create }) => {
    expect(create === undefined).toBe(supply === 'required')
  })

  it.each(all)('%s is in a family that is no other function’s name', (_kind, { family }) => {
    expect(family).toMatch(/^[a-z]+(-[a-z]+)*$/)
    expect(family).not.toBe('sweeper')
  })

  it('says which kinds there are when asked for another', () => {
    expect(() => strategyFor('toString')).toThrow(
      expect.objectContaining({
        code: 'strategy-unknown',
        message: expect.stringContaining('client-key, provider-key'),
      }),
    )
  })
})

describe('families', () => {
  const one = strategyFor('random')
  const vpc: Strategy = { ...one, kind: 'database', network: 'vpc' }

  it('are what strategies say they are, in order of name', () => {
    expect(familiesOf({ vpc: { ...vpc, family: 'database' }, one })).toEqual([
      { name: 'database', network: 'vpc', exports: ['vpc'] },
      { name: one.family, network: 'none', exports: ['one'] },
    ])
  })

  it('are refused when their strategies need different networks, since they share a function', () => {
    expect(() => familiesOf({ vpc, one })).toThrow(
      expect.objectContaining({
        code: 'strategy-family-split',
        message: expect.stringContaining('"database" has network "vpc", "random" has network "none"'),
      }),
    )
  })
})
