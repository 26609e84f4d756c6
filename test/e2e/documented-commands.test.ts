import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { DEFAULT_PORTS } from '../../local/run/ports.ts'
import { aws, withAwsCli } from '../helpers/aws-cli.ts'
import { blocksOf, type CommandBlock, readBlocks } from '../helpers/docs/blocks.ts'
import { type Practice, ROOT, startPractice } from '../helpers/docs/practice.ts'
import { meant, NOT_RUN, SITUATIONS } from '../helpers/docs/situations.ts'
import { type StackUnderTest, startStack } from '../helpers/stack/stack-under-test.ts'

const blocks = await readBlocks(ROOT)
const isNotRun = (block: CommandBlock): boolean => meant(NOT_RUN, block).length > 0
const title = ({ page, line, text }: CommandBlock): string => `${page}:${line} ${text.trim().split('\n')[0]}`

/** What an error looks like in what the commands print: the proxy's, the AWS CLI's, and keyturn's own code in brackets. */
const TROUBLE = /"error": ?\{|An error occurred|\[[a-z]+(?:-[a-z]+)+\]/

describe.runIf(withAwsCli)('every block of commands in the documentation', () => {
  let stack: StackUnderTest
  let practice: Practice

  beforeAll(async () => {
    if (!aws) throw new Error('The AWS CLI is missing, and documented commands use it: apt-get install awscli')
    // As printed where the printed ports are free, which in CI they must be.
    const printed = { ports: DEFAULT_PORTS }
    stack = await startStack(printed).catch((error: { code?: string }) => {
      if (error.code !== 'port-taken' || process.env.CI !== undefined) throw error
      return startStack()
    })
    const paste = blocks.find(({ text }) => text.includes('AWS_ENDPOINT_URL='))?.text
    if (paste === undefined) throw new Error('no page says what to paste to practise on the local cloud')
    practice = await startPractice(stack, aws, paste)
  }, 120_000)

  afterAll(async () => {
    await practice?.close()
    await stack?.close()
  })

  it.each(blocks.filter((block) => !isNotRun(block)).map((block) => [title(block), block] as const))(
    'runs as printed: %s',
    { timeout: 120_000 },
    async (_title, block) => {
      const situations = meant(SITUATIONS, block)
      for (const { before } of situations) await before?.(stack, practice)
      const fails = situations.some((situation) => situation.fails)
      const { status, output } = await practice.run(block.text, fails)
      expect(status, output).toBe(0)
      for (const { says } of situations) if (says) expect(output).toMatch(says)
      if (!fails) expect(output).not.toMatch(TROUBLE)
    },
  )
})

describe('the lists of blocks', () => {
  it('name blocks that are there, each not run one once and with a reason', () => {
    const idle = [...NOT_RUN, ...SITUATIONS].filter((one) => !blocks.some((block) => meant([one], block).length > 0))
    expect(idle).toEqual([])
    expect(blocks.filter((block) => meant(NOT_RUN, block).length > 1).map(title)).toEqual([])
    expect(blocks.filter((block) => isNotRun(block) && meant(SITUATIONS, block).length > 0).map(title)).toEqual([])
  })

  it('are about blocks as pages hold them: indented ones too, and of a shell alone', () => {
    const page = [
      '```sh',
      'a',
      '  b',
      '```',
      'text',
      '1. item',
      '',
      '   ```sh',
      '   c',
      '     d',
      '   ```',
      '```',
      'e',
      '```',
      '',
    ]
    const found = blocksOf('page.md', page.join('\n'))
    expect(found).toEqual([
      { page: 'page.md', line: 2, text: 'a\n  b\n' },
      { page: 'page.md', line: 9, text: 'c\n  d\n' },
    ])
    expect(blocks.length).toBeGreaterThan(20)
  })
})
