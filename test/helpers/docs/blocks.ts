import { globSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

/** A block of commands as a page prints it. */
export interface CommandBlock {
  /** From the repository's root: `docs/runbook/planned.md`. */
  readonly page: string
  readonly line: number
  readonly text: string
}

/** Every ```sh block of README.md and of the pages below docs/, page by page, as a reader meets them. */
export async function readBlocks(root: string): Promise<readonly CommandBlock[]> {
  const pages = ['README.md', ...globSync('docs/**/*.md', { cwd: root }).sort()]
  const blocks = await Promise.all(pages.map(async (page) => blocksOf(page, await readFile(join(root, page), 'utf8'))))
  return blocks.flat()
}

/** The blocks of one page; in a list they are indented, and printed without that by whoever renders the page. */
export function blocksOf(page: string, text: string): readonly CommandBlock[] {
  return [...text.matchAll(/^( *)```(?:sh|bash|shell|console)\n([\s\S]*?)^\1```$/gm)].map(
    ({ 1: indent = '', 2: body = '', index }) => ({
      page,
      line: text.slice(0, index).split('\n').length + 1,
      text: body.replaceAll(new RegExp(`^${indent}`, 'gm'), ''),
    }),
  )
}
