import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { KeyturnError, ProblemsError } from '../../../core/errors.ts'
import { checkStackFile } from '../../../infra/config/parse.ts'
import { loadStackFile, readStackFile } from '../../../infra/config/stack-file.ts'

const NAME = 'Pulumi.dev.yaml'

/** Every mistake in a file, as `line:column path: message`. */
function mistakesIn(text: string): string[] {
  try {
    checkStackFile(readStackFile(text, NAME))
  } catch (error) {
    if (!(error instanceof ProblemsError)) throw error
    expect(new Set(error.problems.map(({ file }) => file))).toEqual(new Set([NAME]))
    return error.problems.map(({ line, column, path, message }) => {
      const where = [line, column].filter((part) => part !== undefined).join(':')
      return [where, path, message].filter((part) => part !== '').join(' ')
    })
  }
  return []
}

const SOUND = `config:
  keyturn:groups:
    internal: { description: Passwords }
  keyturn:secrets:
    - name: signing
      strategy: random
      group: internal
      owner: team@example.com
      description: Signs cookies
      schedule: rate(30 days)
`
const withSecret = (lines: string) => `${SOUND}${lines.replaceAll(/^/gm, '      ')}\n`

describe('a stack file that is no YAML, or not ours', () => {
  it.each([
    ['sound', SOUND, []],
    ['sound, with line ends of Windows and a byte order mark', `\uFEFF${SOUND.replaceAll('\n', '\r\n')}`, []],
    [
      'a tab as indentation',
      SOUND.replace('    internal', '\tinternal'),
      ['3:1 is indented with a tab, which YAML does not take. Use spaces'],
    ],
    [
      'a key twice',
      `${SOUND}  keyturn:sweepMinutes: 5\n  keyturn:sweepMinutes: 6\n`,
      ['12:3 is a key that stands further up already, in the same place. Keep one of the two'],
    ],
    [
      'an open quote',
      SOUND.replace('Signs cookies', '"Signs cookies'),
      [expect.stringMatching(/^1\d:\d+ comes where a quote/)],
    ],
    [
      'a value with a colon',
      SOUND.replace('Signs cookies', 'Signs: cookies'),
      ['9:20 is a "name: value" inside another value. Put it on a line of its own, or the value in quotes'],
    ],
    ['two documents', `${SOUND}---\n${SOUND}`, ["11:1 begins a second document (---). A stack's file is one"]],
    ['nothing', '', [expect.stringMatching(/^is empty\. Settings stand under "config:"/)]],
    ['comments alone', '# nothing\n', [expect.stringMatching(/^is empty\./)]],
    ['a text', 'hello', [expect.stringMatching(/^holds no settings by name\./)]],
    ['a list', '- a\n- b\n', [expect.stringMatching(/^holds no settings by name\./)]],
    ['no config', 'encryptionsalt: v1:abc\n', [expect.stringMatching(/^has no "config:"\. Settings/)]],
    [
      'a misspelt config',
      SOUND.replace('config:', 'conifg:'),
      [expect.stringMatching(/^has no "config:"\. Did you mean "config"\?/)],
    ],
    [
      'settings of others',
      'config:\n  aws:region: eu-central-1\n',
      [expect.stringMatching(/^has no setting of Keyturn\. Settings/)],
    ],
    [
      'a misspelt namespace',
      SOUND.replaceAll('keyturn:', 'keytrun:'),
      [
        expect.stringMatching(
          /^has no setting of Keyturn; "keytrun:groups" is of another namespace\. Did you mean "keyturn:groups"\. /,
        ),
      ],
    ],
    [
      'one setting in a misspelt namespace',
      `${SOUND}  keytrun:sweepMinutes: 5\n`,
      ['11 ["keytrun:sweepMinutes"] is of another namespace, which nobody reads. Did you mean "keyturn:sweepMinutes"?'],
    ],
    [
      'an alias of nothing',
      withSecret('grace: *none'),
      [expect.stringMatching(/^has an alias \(\*name\) that stands for nothing/)],
    ],
  ])('%s', (_what, text, expected) => {
    expect(mistakesIn(text)).toEqual(expected)
  })

  it('tells every tab, and of mistakes that upset what follows the first alone', () => {
    const tabs = SOUND.replace('    internal', '\tinternal').replace('      owner', '\towner')
    expect(mistakesIn(tabs).map((mistake) => mistake.split(' ')[0])).toEqual(['3:1', '8:1'])
    expect(mistakesIn(`${SOUND}}}}}\n${SOUND}${SOUND}`)).toHaveLength(1)
  })

  it('tells a key that stands twice above such a mistake, and none below it', () => {
    const before = '  keyturn:sweepMinutes: 5\n  keyturn:sweepMinutes: 6\n'
    const lines = (text: string) => mistakesIn(text).map((mistake) => mistake.split(' ')[0])
    expect(lines(`${SOUND}${before}  }\n`)).toEqual(['12:3', expect.stringMatching(/^13:/)])
    expect(lines(`config:\n  a: b: c\n${before}`)).toEqual(['2:6'])
  })

  it('quotes nothing of what it cannot read: it may be a key', () => {
    const canary = 'sk-canary-5d1f'
    for (const text of [
      canary,
      `config: {${canary}`,
      `config:\n  a: ${canary}: ${canary}\n`,
      `*${canary}`,
      `config: *${canary}\n`,
      `%${canary}\n`,
      `"${canary}`,
      `config:\n\t${canary}: 1\n`,
      `a: !!${canary} b\n`,
    ]) {
      expect(mistakesIn(text).join('\n')).toMatch(/./)
      expect(mistakesIn(text).join('\n')).not.toContain(canary)
    }
  })

  it.each([
    ['brackets', '['.repeat(500_000)],
    ['nested maps', Array.from({ length: 900 }, (_, depth) => `${' '.repeat(depth)}a:\n`).join('')],
    ['half lines', 'x y: z: {\n'.repeat(20_000)],
    ['list items', '- a\n'.repeat(30_000)],
    ['noise', Array.from({ length: 500_000 }, (_, index) => String.fromCharCode(33 + ((index * 7919) % 90))).join('')],
    ['null bytes', '\0'.repeat(500_000)],
    ['unknown keys', `${SOUND}${Array.from({ length: 2000 }, (_, index) => `  keyturn:k${index}: 1\n`).join('')}`],
  ])(
    'ends in plain words for very much of %s',
    (_what, text) => {
      const mistakes = mistakesIn(text)
      expect(mistakes.length).toBeGreaterThan(0)
      expect(mistakes.join('\n')).not.toMatch(/RangeError|at .*\.ts|undefined|\[object/)
    },
    30_000,
  )

  it('gives up on brackets in brackets before they take time', () => {
    expect(mistakesIn('['.repeat(500_000))).toEqual(['is nested too deeply to be read'])
    expect(mistakesIn(`x: ${'[{ a: '.repeat(50)}1${'}]'.repeat(50)}\n${SOUND}`)).toEqual([])
  })

  it('refuses aliases that multiply', () => {
    const levels = Array.from(
      { length: 9 },
      (_, level) => `  l${level + 1}: &l${level + 1} [${Array.from({ length: 9 }, () => `*l${level}`).join()}]\n`,
    )
    expect(mistakesIn(`x:\n  l0: &l0 [lol]\n${levels.join('')}${SOUND}`)).toEqual([
      expect.stringMatching(/aliases that multiply/),
    ])
  })

  it('takes anchors, aliases and merged maps as Pulumi does, and finds the line of what they bring', () => {
    const shared = `x: &shared { owner: team@example.com, group: internal }\n`
    const merged = SOUND.replace('      group: internal\n      owner: team@example.com\n', '      <<: *shared\n')
    expect(mistakesIn(shared + merged)).toEqual([])
    const wrong = shared.replace('group: internal', 'group: internl')
    expect(mistakesIn(wrong + merged)).toEqual([
      '6 secrets.signing.group "internl" is not in "groups". Did you mean "internal"?',
    ])
  })
})

describe('a stack file on disk', () => {
  let folder: string
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'keyturn-file-'))
  })
  afterAll(() => rm(folder, { recursive: true }))

  it.each([
    ['is missing', async () => 'gone.yaml', /^gone\.yaml cannot be found or looked at\. Give a stack's file/],
    ['is a folder', async () => '.', /^\. is no file\./],
    [
      'is too long',
      async (at: (name: string) => string) => {
        await writeFile(at('long.yaml'), '#'.repeat(1_000_000))
        return 'long.yaml'
      },
      /^long\.yaml has 977 KiB; a stack's file may have 512\./,
    ],
  ])('is refused where it %s', async (_what, make, message) => {
    const at = (name: string) => join(folder, name)
    const name = await make(at)
    const error = await loadStackFile(at(name), name).catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(KeyturnError)
    expect(error).toMatchObject({ code: 'stack-file-unreadable', message: expect.stringMatching(message) })
  })
})

describe('mistakes in a stack file', () => {
  it('stand at the line of the setting, or of what it is missing from', () => {
    expect(mistakesIn(withSecret('grace: 9d\nwindow: 30h').replace('      owner: team@example.com\n', ''))).toEqual([
      '5 secrets.signing.owner is missing. It must be text, such as team@example.com',
      expect.stringMatching(/^10 secrets\.signing\.grace Grace "9d" is longer/),
      expect.stringMatching(/^11 secrets\.signing\.window must be whole hours/),
    ])
  })

  it('are one where a key is misspelt that must be there, and what stands under it is checked as meant', () => {
    expect(mistakesIn(SOUND.replace('owner:', 'ownr:'))).toEqual([
      '8 secrets.signing.ownr is not a setting. Did you mean "owner"?',
    ])
    expect(mistakesIn(SOUND.replace('keyturn:secrets', 'keyturn:secrtes').replace('30 days', '30 weeks'))).toEqual([
      '4 secrtes is not a setting. Did you mean "secrets"?',
      expect.stringMatching(/^10 secrtes\[0\]\.schedule "rate\(30 weeks\)" is not a schedule/),
    ])
  })

  it('are two where two keys are meant for one, of which the first is taken for it', () => {
    expect(mistakesIn(SOUND.replace('owner: team@example.com', 'ownr: 7\n      ownerr: 8'))).toEqual([
      '8 secrets.signing.ownr is not a setting. Did you mean "owner"?',
      expect.stringMatching(/^8 secrets\.signing\.ownr must be text, such as team@example\.com\. If 7 is meant/),
      expect.stringMatching(/^9 secrets\.signing\.ownerr is not a setting\. Allowed: name, strategy/),
    ])
  })

  it('stand where an alias leads', () => {
    const text = SOUND.replace('{ description: Passwords }', '*group')
    expect(mistakesIn(`x: &group\n  description: 7\n${text}`)).toEqual([
      expect.stringMatching(/^2 groups\.internal\.description must be text/),
    ])
  })

  it('are one for secrets that need each other', () => {
    const call = '{ method: GET, url: https://a.example/keys }'
    const key = (name: string, admin: string) =>
      `    - name: ${name}\n      strategy: provider-key\n      group: internal\n      owner: o\n      description: d\n      schedule: rate(30 days)\n      params:\n        adminSecret: ${admin}\n        create: { method: POST, url: https://a.example/keys, body: { name: '{name}' }, take: { key: /key, id: /id } }\n        list: { method: GET, url: https://a.example/keys, items: /data, id: /id, name: /name }\n        test: ${call}\n        revoke: { method: DELETE, url: 'https://a.example/keys/{id}' }\n`
    expect(mistakesIn(SOUND + key('one', 'other') + key('other', 'one'))).toEqual([
      '17 secrets.one.params "one" needs itself, through other, one',
    ])
    expect(mistakesIn(SOUND + key('one', 'other') + key('other', 'other'))).toEqual([
      '29 secrets.other.params "other" needs itself, through other',
    ])
  })

  it('do not bring others that only follow from them', () => {
    // Without groups nothing can be said of a secret's group; without a name, not of what refers to it.
    expect(mistakesIn(SOUND.replace('internal: { description: Passwords }', '- internal'))).toEqual([
      expect.stringMatching(/^2 groups must be settings, each with its name, such as/),
    ])
    const proxy =
      '  keyturn:proxy:\n    clients: [{ name: app, secret: app }]\n    routes: [{ name: a, prefix: /a, upstream: https://a.example, secret: signing }]\n    loadBalancer: { allowedCidrs: [10.0.0.0/8] }\n'
    const client =
      '    - { name: app, strategy: client-key, group: internal, owner: a, description: d, schedule: rate(30 days) }\n'
    expect(mistakesIn(SOUND + client + proxy)).toEqual([])
    expect(mistakesIn((SOUND + client + proxy).replace('name: app, strategy', 'name: [], strategy'))).toEqual([
      '11 secrets[1].name must be text, such as openai-admin',
    ])
  })

  it('name a second secret of the same name by its place and its name', () => {
    const twice = SOUND + SOUND.slice(SOUND.indexOf('    - name')).replace('30 days', '1 hour')
    expect(mistakesIn(twice)).toEqual([
      '11 secrets[1].name ("signing") "signing" stands twice; each must be different. The other one is in line 5',
      expect.stringMatching(
        /^16 secrets\[1\]\.schedule \("signing"\) "rate\(1 hour\)" rotates after 1 h; the minimum is 4 h/,
      ),
    ])
  })

  it('in types say what is wanted, with an example, and how to write what was meant', () => {
    expect(
      mistakesIn(
        `${SOUND.replace('Signs cookies', '2026')}  keyturn:protect: "yes"\n  keyturn:functions: 256\n  keyturn:logLevel: inof\n`,
      ),
    ).toEqual([
      '9 secrets.signing.description must be text, such as Key with which the proxy calls OpenAI. If 2026 is meant, put it in quotes: "2026"',
      '11 protect must be true or false',
      '12 functions must be settings, each with its name, such as { memoryMb: 512 }',
      '13 logLevel must be one of "debug", "info", "warn", "error". Did you mean "info"?',
    ])
  })

  it('do not quote what may be a key that stands in the wrong place', () => {
    const canary = 'sk-live-0123456789abcdef0123456789abcdef0123456789abcdef0123456789'
    const text = `${SOUND.replace('name: signing', `name: ${canary}`).replace('team@example.com', '12345678901234567890')}  keyturn:logRetentionDays: ${canary}\n`
    expect(mistakesIn(text)).toHaveLength(3)
    expect(mistakesIn(text).join()).not.toMatch(/sk-live|12345678901/)
  })
})
