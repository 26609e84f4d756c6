import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'

const ROOT = fileURLToPath(new URL('../../..', import.meta.url))
const PAGES = [
  'README.md',
  ...['docs', 'docs/runbook', 'docs/strategies'].flatMap((folder) =>
    readdirSync(`${ROOT}${folder}`).flatMap((file) => (file.endsWith('.md') ? [`${folder}/${file}`] : [])),
  ),
]

/** The command blocks of a page. */
const blocks = (page: string): string[] =>
  [...readFileSync(ROOT + page, 'utf8').matchAll(/^ *```sh\n(.*?)^ *```$/gms)].map(([, block = '']) => block)

const config = parse(readFileSync(`${ROOT}Pulumi.dev.yaml`, 'utf8')) as {
  config: { 'keyturn:secrets': { name: string }[] }
}
const inventory = config.config['keyturn:secrets'].map(({ name }) => name)

describe.each(PAGES.filter((page) => blocks(page).length > 0))(
  'no command block of %s needs an edit to be safe',
  (page) => {
    it.each(blocks(page))('%s', (block) => {
      // A label with a date of yesterday ends a grace at once.
      expect(block).not.toMatch(/GRACE-UNTIL-\d{8}/)
      expect(block).not.toMatch(/\bNAME\b(?!=|\.)(?<!\$NAME)/)
      // A verb that changes something names a secret of the shipped inventory.
      for (const [, names = ''] of block.matchAll(
        /keyturn (?:rotate|revoke|rollback|grace|end|value)((?: [a-z][\w-]*)+)/g,
      )) {
        for (const name of names.trim().split(' ')) expect(inventory).toContain(name)
      }
    })
  },
)
