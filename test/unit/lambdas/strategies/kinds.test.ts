import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { strategies } from '../../../../lambdas/strategies/find-strategy.ts'

const root = fileURLToPath(new URL('../../../../', import.meta.url))
const ROOMS = ['cli', 'core', 'infra', 'lambdas', 'local', 'proxy']

/** Files that may name a kind: none but the strategy's own, and the registry. */
const sources = ROOMS.flatMap((room) =>
  readdirSync(`${root}${room}`, { recursive: true, encoding: 'utf8' }).map((file) => `${room}/${file}`),
).filter((file) => /\.(ts|mjs)$/.test(file) && file !== 'lambdas/strategies/registry.ts')

/** A word of English stands in many sentences; quoted, as a text or in a comment's code, it is the kind. */
const naming = (kind: string): RegExp =>
  kind.includes('-') ? new RegExp(`(?<![\\w/-])${kind}(?![\\w-])`) : new RegExp(`['"\`]${kind}['"\`]`)

describe('kinds of strategies', () => {
  it('are looked for in every room', () => {
    for (const room of ROOMS)
      expect(sources.filter((file) => file.startsWith(`${room}/`)).length, room).toBeGreaterThan(10)
  })

  it.each(Object.keys(strategies))('%s stands in its own folder alone', (kind) => {
    const named = naming(kind)
    expect(named.test(`strategy: '${kind}'`)).toBe(true)
    const elsewhere = sources
      .filter((file) => !file.startsWith(`lambdas/strategies/${kind}/`))
      .flatMap((file) => {
        const lines = readFileSync(`${root}${file}`, 'utf8').split('\n')
        return lines.flatMap((line, index) => (named.test(line) ? [`${file}:${index + 1}: ${line.trim()}`] : []))
      })
    expect(elsewhere).toEqual([])
  })
})
