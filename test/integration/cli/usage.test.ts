import { execFile } from 'node:child_process'
import { mkdtemp, readlink, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { keyturn } from './keyturn.ts'

const run = promisify(execFile)
const ROOT = fileURLToPath(new URL('../../..', import.meta.url))

const VERBS = ['plan', 'status', 'rotate', 'grace', 'revoke', 'rollback', 'end', 'value']

describe('part of D: help', () => {
  it('lists the commands, the exit codes and examples', async () => {
    const { status, stdout } = await keyturn(['--help'])
    expect(status).toBe(0)
    for (const verb of VERBS) expect(stdout).toMatch(new RegExp(`^  ${verb} `, 'm'))
    expect(stdout.replaceAll('\n', ' ')).toContain(
      'Exit codes: 0 done · 1 it failed · 2 the input was wrong · 3 --wait ran out of time · 4 status --check found something',
    )
    expect(stdout).toMatch(/Examples:\n {2}# .+\n {2}\$ keyturn plan/)
  })

  it.each(VERBS)('%s --help shows its options and examples', async (verb) => {
    const { status, stdout, stderr } = await keyturn([verb, '--help'])
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    expect(stdout).toContain(`Usage: keyturn ${verb} `)
    for (const option of ['--endpoint <url>', '--region <region>', '--json']) expect(stdout).toContain(option)
    expect(stdout).toMatch(/Examples:\n(?: {2}# .+\n)* {2}\$ /)
    const tooLong = stdout.split('\n').filter((line) => line.length > 80 && !line.startsWith('  $ '))
    expect(tooLong).toEqual([])
  })

  it('tells its version', async () => {
    const { status, stdout } = await keyturn(['--version'])
    expect({ status, stdout }).toEqual({ status: 0, stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) })
  })
})

describe('part of D: input that is wrong exits 2 and says what is allowed', () => {
  it.each([
    [['frob'], /unknown command 'frob'/],
    [['frob', '--help'], /unknown command 'frob'/],
    [['rolback', '-h'], /Did you mean rollback\?/],
    [['revoke', 'x', '--version'], /argument missing/],
    [['statsu'], /Did you mean status\?/],
    [['status', '--frob'], /unknown option '--frob'/],
    [['rotate'], /missing required argument 'names'/],
    [['value'], /missing required argument 'name'/],
    [['value', 'one', 'two'], /too many arguments/],
    [['rotate', 'x', '--timeout', '0'], /--timeout.*Allowed: whole seconds from 1 to 999999/],
    [['rotate', 'x', '--timeout', 'soon'], /--timeout.*Allowed: whole seconds/],
    [['status', '--endpoint', 'nonsense'], /"nonsense" is not a URL\. Allowed: http:\/\/127\.0\.0\.1:4566/],
    [['status', '--endpoint', 'ftp://127.0.0.1'], /is not a URL\. Allowed/],
    [['rotate', 'x', '--value-from', '/nonexistent/value'], /cannot be read\. Give a readable file, or -/],
  ])('%j', async (args, message) => {
    const { status, stdout, stderr } = await keyturn(args, { env: { AWS_REGION: 'eu-central-1' } })
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' })
    expect(stderr).toMatch(message)
    expect(stderr).toMatch(/^keyturn: /)
    expect(stderr).not.toMatch(/\n\s+at /)
  })

  it.each(['5m', 'tomorrow'])('rotate --grace %s', async (grace) => {
    const { status, stderr } = await keyturn(['rotate', 'x', '--grace', grace], { env: { AWS_REGION: 'eu-central-1' } })
    expect(status).toBe(2)
    expect(stderr).toMatch(/Allowed: "1h" to "7d" .*"revoke-now"/)
  })
})

describe('part of D: no way to AWS', () => {
  it('says that no Region is set', async () => {
    const { status, stderr } = await keyturn(['status'])
    expect(status).toBe(1)
    expect(stderr).toMatch(/No Region is set\. Give --region, or set AWS_REGION\. \[region-missing\]/)
  })

  it('says that there are no credentials, and how to get some', async () => {
    const { status, stderr } = await keyturn(['status', '--region', 'eu-central-1'])
    expect(status).toBe(1)
    expect(stderr).toMatch(/No AWS credentials.*aws sso login.*AWS_PROFILE.*\[credentials-missing\]/)
  })

  it('says which profile gives none, rather than to set one', async () => {
    const env = { AWS_PROFILE: 'nope', AWS_REGION: 'eu-central-1' }
    const { status, stderr } = await keyturn(['status'], { env })
    expect(status).toBe(1)
    expect(stderr).toMatch(/AWS_PROFILE names the profile "nope", which gives no credentials.*list-profiles.*unset/)
    expect(stderr).not.toMatch(/set AWS_PROFILE;/)
  })

  it('says that nothing answers at the endpoint', async () => {
    const port = await unusedPort()
    const { status, stderr } = await keyturn(['status', '--endpoint', `http://127.0.0.1:${port}`])
    expect(status).toBe(1)
    expect(stderr).toMatch(/Nothing answers at http:\/\/127\.0\.0\.1:\d+\. Start the local cloud with npm start/)
  })

  it('says so in JSON where JSON is asked for', async () => {
    const port = await unusedPort()
    const { status, stdout, stderr } = await keyturn(['status', '--json', '--endpoint', `http://127.0.0.1:${port}`])
    expect({ status, stderr }).toEqual({ status: 1, stderr: '' })
    expect(JSON.parse(stdout)).toEqual({
      error: {
        code: 'endpoint-unreachable',
        kind: 'retryable',
        message: expect.stringContaining('Nothing answers at'),
        nextAction: 'Check the endpoint, the network and --region.',
      },
    })
  })
})

describe('part of D: where the command comes from', () => {
  it('npx keyturn works from the repository', async () => {
    await run(process.execPath, ['cli/link.mjs'], { cwd: ROOT })
    const home = await mkdtemp(join(tmpdir(), 'keyturn-npx-'))
    try {
      const env = { PATH: `${dirname(process.execPath)}:/usr/local/bin:/usr/bin:/bin`, HOME: home }
      const { stdout } = await run('npx', ['--no-install', 'keyturn', '--version'], { cwd: ROOT, env })
      expect(stdout).toMatch(/^\d+\.\d+\.\d+\n$/)
    } finally {
      await rm(home, { recursive: true })
    }
  })

  it('link.mjs makes the link where there is no folder for it yet, and twice is as once', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'keyturn-link-'))
    try {
      for (let count = 0; count < 2; count++) await run(process.execPath, [join(ROOT, 'cli/link.mjs')], { cwd: folder })
      expect(await readlink(join(folder, 'node_modules/.bin/keyturn'))).toBe('../../cli/keyturn.mjs')
    } finally {
      await rm(folder, { recursive: true })
    }
  })
})

/** A port that was free a moment ago, and that nothing listens on. */
function unusedPort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0))
    })
  })
}
