import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { keyturn } from './keyturn.ts'

const ROOT = fileURLToPath(new URL('../../..', import.meta.url))
const TEN = fileURLToPath(new URL('../../fixtures/ten-mistakes', import.meta.url))

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'keyturn-plan-'))
  await cp(join(ROOT, 'Pulumi.yaml'), join(folder, 'Pulumi.yaml'))
  await cp(join(ROOT, 'Pulumi.dev.yaml'), join(folder, 'Pulumi.dev.yaml'))
})
afterAll(() => rm(folder, { recursive: true }))

const SECRET = `config:
  keyturn:groups:
    internal: { description: Passwords }
  keyturn:secrets:
    - { name: a, strategy: random, group: internal, owner: o, description: d, schedule: rate(30 days) }
`

describe('keyturn plan', () => {
  it('shows what of the shipped config will rotate when, without AWS and from any folder below', async () => {
    const { status, stdout, stderr } = await keyturn(['plan'], { cwd: join(ROOT, 'infra/components') })
    expect(stderr).toBe('')
    expect(status).toBe(0)
    expect(stdout).toContain('Pulumi.dev.yaml is sound: 7 secrets. AWS was not asked.')
    expect(stdout).toMatch(/^openai {2}provider-key · cron\(0 3 \? \* MON \*\) · grace 1d$/m)
    expect(stdout).toMatch(/^ {2}Mon \d{4}-\d\d-\d\d 03:00 to 06:00 {6}→ {2}Tue \d{4}-\d\d-\d\d 03:00 to 06:00$/m)
    expect(stdout).toContain('Still to be set before pulumi up: 3 first values')
    const long = stdout.split('\n').filter((line) => line.length > 80 && !line.includes('pulumi config set'))
    expect(long).toEqual([])
  })

  it.each(['dev', 'staging', 'prod'])('finds the shipped config of %s sound', async (stack) => {
    const { status, stdout } = await keyturn(['plan', '--stack', stack], { cwd: ROOT })
    expect(status).toBe(0)
    expect(stdout).toContain(`Pulumi.${stack}.yaml is sound: `)
  })

  it('tells ten mistakes, in the order of the file, at 80 columns', async () => {
    const { status, stdout, stderr } = await keyturn(['plan'], { cwd: TEN })
    expect(status).toBe(2)
    expect(stdout).toBe('')
    expect(stderr).toBe(`keyturn: Pulumi.dev.yaml has 10 mistakes; nothing was changed [config-invalid]:

Pulumi.dev.yaml:5  groups.clients
  must be settings, each with its name, such as { description: Keys of upstream
  providers }

Pulumi.dev.yaml:12  secrets.openai-admin.ownr
  is not a setting. Did you mean "owner"?

Pulumi.dev.yaml:16  secrets.openai-admin.params.pattern
  must be a regular expression, such as "sk-[A-Za-z0-9_-]{20,}"; it has:
  Unterminated character class

Pulumi.dev.yaml:19  secrets.mobile-app.strategy
  must be one of "client-key", "provider-key", "random", "supplied". Did you
  mean "client-key"?

Pulumi.dev.yaml:24  secrets.mobile-app.grace
  Grace "9d" is longer than the maximum of 7 d. Allowed: "1h" to "7d" (units m,
  h, d, such as "90m", "24h", "7d"), or "revoke-now"

Pulumi.dev.yaml:28  secrets.reporting.group
  "internl" is not in "groups". Did you mean "internal"?

Pulumi.dev.yaml:32  secrets.reporting.window
  4h would cross midnight UTC or reach the next rotation of cron(0 22 * * ? *);
  allowed is "1h" to "2h"

Pulumi.dev.yaml:35  secrets[3].name ("mobile-app")
  "mobile-app" stands twice; each must be different. The other one is in line 18

Pulumi.dev.yaml:40  secrets[3].schedule ("mobile-app")
  "every monday" is not a schedule. Allowed: "rate(4 hours)" to "rate(999
  days)", or "cron(0 <hour> <day-of-month> <month> <day-of-week> *)" with "?" in
  one of the two day fields

Pulumi.dev.yaml:49  sweepMinutes
  must be a whole number from 1 to 60, such as 5
`)
  })

  it('gives each mistake as JSON with file, line, path, secret and message', async () => {
    const { status, stdout } = await keyturn(['plan', '--json'], { cwd: TEN })
    expect(status).toBe(2)
    const { error } = JSON.parse(stdout)
    expect(error).toMatchObject({ code: 'config-invalid', kind: 'needs-human' })
    expect(error.problems).toHaveLength(10)
    expect(error.problems[1]).toEqual({
      file: 'Pulumi.dev.yaml',
      line: 12,
      path: 'secrets.openai-admin.ownr',
      secret: 'openai-admin',
      message: 'is not a setting. Did you mean "owner"?',
    })
  })

  it('gives the plan as JSON, every rotation in it', async () => {
    const { status, stdout } = await keyturn(['plan', '--json', '--days', '366'], { cwd: folder })
    expect(status).toBe(0)
    const plan = JSON.parse(stdout)
    const openai = plan.secrets.find(({ name }: { name: string }) => name === 'openai')
    expect(plan).toMatchObject({ file: 'Pulumi.dev.yaml', stack: 'keyturn/dev', sweepMinutes: 5 })
    expect(plan.missingValues).toEqual(['openai-admin', 'openrouter-admin', 'telegram-bot'])
    expect(plan).not.toHaveProperty('against')
    expect([52, 53]).toContain(openai.rotations.length)
    for (const { window, oldKeyDies } of openai.rotations) {
      expect(Date.parse(window.to) - Date.parse(window.from)).toBe(3 * 3_600_000)
      expect(Date.parse(oldKeyDies.from) - Date.parse(window.from)).toBe(24 * 3_600_000)
    }
  })

  it('asks AWS nothing, whatever stands in the environment', async () => {
    const env = {
      AWS_PROFILE: 'nope',
      AWS_ENDPOINT_URL: 'http://127.0.0.1:1',
      AWS_ACCESS_KEY_ID: 'x',
      AWS_SECRET_ACCESS_KEY: 'y',
    }
    const { status } = await keyturn(['plan'], { cwd: folder, env })
    expect(status).toBe(0)
  })

  it('looks at another stack, and at another file', async () => {
    await writeFile(join(folder, 'Pulumi.prod.yaml'), SECRET)
    for (const args of [
      ['--stack', 'prod'],
      ['--stack', 'keyturn/prod'],
      ['--file', 'Pulumi.prod.yaml'],
    ]) {
      const { stdout, status } = await keyturn(['plan', ...args, '--json'], { cwd: folder })
      expect(status).toBe(0)
      expect(JSON.parse(stdout)).toMatchObject({ file: 'Pulumi.prod.yaml', stack: 'keyturn/prod' })
    }
  })

  it('knows first values that stand encrypted in the file, and refuses those in clear without a quote', async () => {
    const values = (text: string) =>
      writeFile(
        join(folder, 'Pulumi.values.yaml'),
        `${SECRET}    - { name: bot, strategy: supplied, group: internal, owner: o, description: d, schedule: rate(90 days) }\n  keyturn:values: ${text}\n`,
      )
    const run = () => keyturn(['plan', '--stack', 'values'], { cwd: folder })
    await values('{ bot: { secure: v1:abc } }')
    expect((await run()).stdout).not.toContain('Still to be set')
    await values('{ secure: v1:abc }')
    expect((await run()).stdout).not.toContain('Still to be set')
    await values('{}')
    expect((await run()).stdout).toContain("  pulumi config set --secret --path 'keyturn:values.bot' --stack values")
    await values('{ bot: canary-77, gone: { secure: v1:abc } }')
    const { status, stderr } = await run()
    expect(status).toBe(2)
    expect(stderr).toContain('has 2 mistakes; nothing was changed [config-values-clear]:')
    expect(stderr).toContain('Pulumi.values.yaml:7  values.bot\n  must be encrypted.')
    expect(stderr).toContain('Pulumi.values.yaml:7  values.gone\n  belongs to no secret of the inventory.')
    expect(stderr).not.toContain('canary-77')
  })

  it('shows a secret that will not rotate in the days, and when it will', async () => {
    const { stdout } = await keyturn(['plan', '--stack', 'prod', '--days', '1'], { cwd: folder })
    expect(stdout).toMatch(/^ {2}not in this day; next:\n {2}\w{3} \d{4}-\d\d-\d\d 00:00 to 01:00/m)
  })

  it.each([
    [['--stack', 'qa'], 'There is no Pulumi.qa.yaml in ', 'Stack files there: Pulumi.dev.yaml'],
    [['--file', 'gone.yaml'], 'There is no gone.yaml in ', 'Stack files there: Pulumi.dev.yaml'],
    [['--file', '.'], '. is no file.', 'Pulumi.dev.yaml'],
    [['--stack', '../etc/passwd x'], '--stack "../etc/passwd x" is no stack.', 'Allowed'],
    [['--days', '0'], 'whole days from 1 to 366', ''],
    [['--days', '30d'], 'whole days from 1 to 366', ''],
  ])('%j is refused with what there is', async (args, message, hint) => {
    const { status, stderr } = await keyturn(['plan', ...args], { cwd: folder })
    expect(status).toBe(2)
    expect(stderr).toContain(message)
    expect(stderr).toContain(hint)
  })

  it('says so where there is no stack file at all', async () => {
    const { status, stderr } = await keyturn(['plan'], { cwd: '/' })
    expect(status).toBe(2)
    expect(stderr).toContain('There is no stack file (Pulumi.<stack>.yaml) there.')
  })

  it('explains itself', async () => {
    const { status, stdout } = await keyturn(['plan', '--help'])
    expect(status).toBe(0)
    expect(stdout).toContain('$ keyturn plan --file Pulumi.prod.yaml --days 90')
    expect(stdout).toContain('2 the config has mistakes')
    expect((await keyturn(['--help'])).stdout).toMatch(/^ {2}plan \[options\]/m)
  })
})
