import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { readBlocks } from '../../helpers/docs/blocks.ts'

const ROOT = new URL('../../..', import.meta.url).pathname
const CHANGING = /keyturn (?:rotate|revoke|rollback|grace|end|value)((?: [a-z][\w-]*)+)/g

const blocks = await readBlocks(ROOT)
const { config } = parse(readFileSync(`${ROOT}Pulumi.dev.yaml`, 'utf8')) as {
  config: { 'keyturn:secrets': { name: string }[] }
}
const inventory = config['keyturn:secrets'].map(({ name }) => name)

describe('no command block needs an edit to be safe', () => {
  it.each(blocks.map(({ page, line, text }) => [`${page}:${line}`, text] as const))('%s', (_where, text) => {
    // A label with a date ends a grace at once, once that day is over.
    expect(text).not.toMatch(/GRACE-UNTIL-\d{8}/)
    expect(text).not.toMatch(/(?<!\$)\bNAME\b(?!=)/)
    for (const [, names = ''] of text.matchAll(CHANGING)) {
      for (const name of names.trim().split(' ')) expect(inventory).toContain(name)
    }
  })
})
