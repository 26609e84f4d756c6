import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const ROOT = fileURLToPath(new URL('../../..', import.meta.url))
const ROOMS = ['core', 'infra', 'lambdas', 'proxy', 'cli', 'local', 'test'] as const
type Room = (typeof ROOMS)[number]

/** Who may import whom, as docs/architecture.md says; infra may, of lambdas, import strategies only, cli/plan infra/config. */
const ALLOWED: Readonly<Record<Room, readonly Room[]>> = {
  core: [],
  infra: ['core', 'lambdas'],
  lambdas: ['core'],
  proxy: ['core'],
  cli: ['core'],
  local: ['core', 'infra', 'lambdas', 'proxy', 'cli'],
  test: ROOMS,
}

interface Fixture {
  readonly path: string
  readonly code: string
  readonly fires: 'lint/style/noRestrictedImports' | 'lint/suspicious/noImportCycles' | 'plugin' | undefined
}

/** A file in `room`, `depth` folders down, that imports `target` by the path which that takes. */
const importing = (room: Room, depth: number, target: string, fires: boolean, part = ''): Fixture => {
  const folders = [part, ...['a', 'b', 'c', 'd', 'e'].slice(0, depth)].filter((folder) => folder !== '')
  return {
    path: join(room, ...folders, `imports-${target.replaceAll('/', '-')}.ts`),
    code: `import { thing } from '${'../'.repeat(folders.length + 1)}${target}/thing.ts'\n\nconsole.log(thing)\n`,
    fires: fires ? 'lint/style/noRestrictedImports' : undefined,
  }
}

const imports = ROOMS.flatMap((room) =>
  ROOMS.filter((other) => other !== room).flatMap((other) =>
    [0, 1, 2, 3, 4].map((depth) => importing(room, depth, other, !ALLOWED[room].includes(other))),
  ),
)
const partsOfLambdas = [0, 1, 4].flatMap((depth) => [
  ...['engine', 'rotate', 'sweep', 'notify'].map((part) => importing('infra', depth, `lambdas/${part}`, true)),
  importing('infra', depth, 'lambdas/strategies', false),
])
const partsOfCli = [0, 2].flatMap((depth) => [
  ...['infra/config', 'infra/components', 'lambdas/strategies'].map((part) => importing('cli', depth, part, true)),
])
const planOfCli = [0, 1].flatMap((depth) =>
  (
    [
      ['infra/config', false],
      ['infra/components', true],
      ['infra', true],
      ['lambdas/strategies', true],
      ['local', true],
      ['core', false],
    ] as const
  ).map(([part, fires]) => importing('cli', depth, part, fires, 'plan')),
)
const readsConfig: Fixture = {
  path: 'cli/plan/imports-pulumi.ts',
  code: "import { thing } from '../../infra/config/read-config.ts'\n\nconsole.log(thing)\n",
  fires: 'lint/style/noRestrictedImports',
}
const CLOCKS = { now: 'Date.now()', date: 'new Date()', bare: 'new Date', random: 'Math.random()' }
const clocks = ROOMS.flatMap((room) =>
  Object.entries(CLOCKS).map(
    ([name, code]): Fixture => ({ path: `${room}/asks-${name}.ts`, code: `console.log(${code})\n`, fires: 'plugin' }),
  ),
)
const moments: readonly Fixture[] = [
  { path: 'core/clock.ts', code: 'console.log(new Date(), Date.now())\n', fires: undefined },
  { path: 'proxy/reads-a-date.ts', code: "console.log(new Date('2026-11-22'), new Date(0))\n", fires: undefined },
]

/** Two files of which each imports the other: at run time, and as types alone. */
const circles: readonly Fixture[] = [
  ['one', "import { other } from './other.ts'\n\nexport const one = () => other\n", true],
  ['other', "import { one } from './one.ts'\n\nexport const other = () => one\n", true],
  ['form', "import type { Shape } from './shape.ts'\n\nexport type Form = Shape | 1\n", false],
  ['shape', "import type { Form } from './form.ts'\n\nexport type Shape = Form | 2\n", false],
].map(([name, code, fires]) => ({
  path: `local/circle/${name}.ts`,
  code: String(code),
  fires: fires ? 'lint/suspicious/noImportCycles' : undefined,
}))

const fixtures: readonly Fixture[] = [
  ...imports,
  ...partsOfLambdas,
  ...partsOfCli,
  ...planOfCli,
  readsConfig,
  ...clocks,
  ...moments,
  ...circles,
]
let folder: string
let found: Map<string, string[]>

beforeAll(async () => {
  // A tree of its own under this repository's configuration, so that nothing is written into the rooms.
  folder = await mkdtemp(join(tmpdir(), 'keyturn-lint-'))
  for (const part of ['biome.json', 'lint']) await cp(join(ROOT, part), join(folder, part), { recursive: true })
  for (const { path, code } of fixtures) {
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await writeFile(join(folder, path), code)
  }
  found = await lint()
})
afterAll(() => rm(folder, { recursive: true }))

/** Path → the rules that fired there. */
async function lint(): Promise<Map<string, string[]>> {
  const biome = join(ROOT, 'node_modules/.bin/biome')
  const args = ['lint', '--vcs-enabled=false', '--reporter=json', '--max-diagnostics=none', '.']
  const stdout = await new Promise<string>((resolve) => {
    execFile(process.execPath, [biome, ...args], { cwd: folder, maxBuffer: 2 ** 26 }, (_exit, out) => resolve(out))
  })
  const { summary, diagnostics } = JSON.parse(stdout) as {
    summary: { changed: number; unchanged: number; diagnosticsNotPrinted: number }
    diagnostics: { category: string; severity: string; location: { path: string } }[]
  }
  expect(summary.unchanged).toBeGreaterThanOrEqual(fixtures.length)
  expect(summary.diagnosticsNotPrinted).toBe(0)
  const rules = new Map<string, string[]>()
  for (const { category, severity, location } of diagnostics) {
    expect(severity).toBe('error')
    rules.set(location.path, [...(rules.get(location.path) ?? []), category])
  }
  return rules
}

const named = (list: readonly Fixture[]) => list.map((fixture): [string, Fixture] => [fixture.path, fixture])

describe('a room imports only what docs/architecture.md lets it', () => {
  it.each(named([...imports, ...partsOfLambdas, ...partsOfCli, ...planOfCli, readsConfig]))('%s', (path, { fires }) => {
    expect(found.get(path) ?? []).toEqual(fires ? [fires] : [])
  })
})

describe('time and randomness are injected', () => {
  it.each(named([...clocks, ...moments]))('%s', (path, { fires }) => {
    expect(found.get(path) ?? []).toEqual(fires ? [fires] : [])
  })
})

describe('no import circle at run time', () => {
  it.each(named(circles))('%s', (path, { fires }) => {
    expect(found.get(path) ?? []).toEqual(fires ? [fires] : [])
  })
})
