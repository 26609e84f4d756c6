import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { pages } from '../../../docs/pages/registry.ts'

describe('generated pages', () => {
  it.each(pages.map((page) => [page.file, page] as const))(
    'docs/%s is what the code says (npm run docs)',
    (file, page) => {
      expect(readFileSync(new URL(`../../../docs/${file}`, import.meta.url), 'utf8')).toBe(page.render())
    },
  )
})
