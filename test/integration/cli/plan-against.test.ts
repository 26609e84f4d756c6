import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { SecretsManagerClient, UpdateSecretCommand } from '@aws-sdk/client-secrets-manager'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { DAY } from '../../../core/clock.ts'
import { type ShippedProgram, shippedProgram } from '../../helpers/apply/shipped-program.ts'
import { keyturn } from './keyturn.ts'

const ROOT = fileURLToPath(new URL('../../..', import.meta.url))

let program: ShippedProgram
let applied: Awaited<ReturnType<ShippedProgram['apply']>>
let folder: string
let shipped: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'keyturn-against-'))
  await cp(join(ROOT, 'Pulumi.yaml'), join(folder, 'Pulumi.yaml'))
  shipped = await readFile(join(ROOT, 'Pulumi.dev.yaml'), 'utf8')
  program = await shippedProgram()
  applied = await program.apply()
}, 300_000)
afterAll(async () => {
  await program.close()
  await rm(folder, { recursive: true })
})

/** Writes the shipped file with changes in it, and plans it against the running stack. */
async function plan(change: (text: string) => string = (text) => text, args: readonly string[] = []) {
  await writeFile(join(folder, 'Pulumi.dev.yaml'), change(shipped))
  return keyturn(['plan', '--endpoint', program.cloud.url, ...args], { cwd: folder })
}

/** What the local administrator, as whom the command line comes, has called; functions go about their work meanwhile. */
const callsSince = (since: number) =>
  program.cloud.cloud.journal
    .entries(since)
    .filter(({ source, role }) => source === 'api' && role === undefined)
    .map(({ service, operation }) => `${service}:${operation}`)

describe('keyturn plan against a running stack', () => {
  it('says that nothing would change, and only reads', async () => {
    const before = program.cloud.cloud.journal.last
    const { status, stdout, stderr } = await plan()
    expect(stderr).toBe('')
    expect(status).toBe(0)
    expect(stdout).toContain('no setting of a secret would change.')
    expect(stdout).not.toContain('AWS was not asked')
    expect(new Set(callsSince(before))).toEqual(new Set(['secretsmanager:ListSecrets']))
  })

  it('lists what is new, gone and changed, and what pulumi up would refuse', async () => {
    const { status, stdout } = await plan((text) =>
      text
        .replace('- name: mobile-app', '- name: other-app')
        .replace('{ name: mobile-app, secret: mobile-app }', '{ name: mobile-app, secret: other-app }')
        .replace('schedule: cron(0 3 ? * MON *)', 'schedule: cron(0 3 ? * FRI *)')
        .replace('window: 3h # must end', 'window: 2h # must end')
        .replace('grace: 24h # for what', 'grace: 12h # for what')
        .replace('owner: data@example.com', 'owner: reports@example.com')
        .replace('description: Token of the support bot', 'description: Token of the bot'),
    )
    expect(status).toBe(0)
    const changes = stdout.slice(stdout.indexOf('Against'), stdout.indexOf('The 30 days'))
    expect(changes).toMatch(/^Against keyturn\/dev at http:\/\/127\.0\.0\.1:\d+: 1 new, 1 gone, 3 changed$/m)
    expect(changes).toContain(
      '  + other-app\n  - mobile-app\n      pulumi up refuses this: keyturn/dev/mobile-app is no longer listed',
    )
    expect(changes.replaceAll(/\s+/g, ' ')).toContain('keyturn end keyturn/dev/mobile-app --yes')
    expect(changes).toContain(
      '  ~ openai\n      schedule: cron(0 3 ? * MON *) → cron(0 3 ? * FRI *)\n      window: 3h → 2h\n      grace: 1d → 12h\n',
    )
    expect(changes).toContain('  ~ reporting-password\n      owner: data@example.com → reports@example.com\n')
    expect(changes).toContain('  ~ telegram-bot\n      description: Token of the support bot → Token of the bot\n')
  })

  it('refuses another strategy for a secret whose keys only the old one can revoke', async () => {
    const { stdout } = await plan((text) =>
      text.replace(
        /strategy: provider-key\n(.*\n)+? {6}params:\n(.*\n)+?\n {4}# ── Upstream: OpenRouter/,
        (section) => `${section.replace('provider-key', 'random').replace(/ {6}params:\n(.*\n)+\n/, '\n')}`,
      ),
    )
    expect(stdout).toContain(
      '  ~ openai\n      strategy: provider-key → random\n      pulumi up refuses this: keyturn/dev/openai was made by',
    )
  })

  it('counts a rate from the last rotation that AWS knows of, by the clock of AWS', async () => {
    const { stdout } = await plan(undefined, ['--json'])
    const { from, secrets, against } = JSON.parse(stdout)
    expect(Math.abs(Date.parse(from) - program.cloud.cloud.clock.now().getTime())).toBeLessThan(60_000)
    expect(against.changes).toEqual({ added: [], removed: [], changed: [] })
    const first = secrets.find(({ name }: { name: string }) => name === 'reporting-password').rotations[0].window
    await program.cloud.cloud.clock.advance(3 * DAY)
    const later = JSON.parse((await plan(undefined, ['--json'])).stdout)
    const again = later.secrets.find(({ name }: { name: string }) => name === 'reporting-password').rotations[0].window
    expect(again).toEqual(first)
    // Without a running stack in view it counts from a deployment now.
    const alone = JSON.parse((await keyturn(['plan', '--json'], { cwd: folder })).stdout)
    expect(alone).not.toHaveProperty('against')
  })

  it('sees a change by hand', async () => {
    const { url, cloud } = program.cloud
    const credentials = { accessKeyId: 'local', secretAccessKey: 'local' }
    const client = new SecretsManagerClient({
      endpoint: url,
      region: cloud.region,
      credentials,
      disableClockSkewCorrection: async () => true,
    })
    await client.send(new UpdateSecretCommand({ SecretId: 'keyturn/dev/mobile-app', Description: 'by hand' }))
    client.destroy()
    expect((await plan()).stdout).toMatch(
      / {2}~ mobile-app\n {6}description: by hand → Key that the mobile app's backend/,
    )
  })

  it('says that a schedule cannot be taken away, as pulumi up does', async () => {
    const asked = (text: string) => text.replace(/ {6}schedule: rate\(7 days\).*\n {6}window: 4h.*\n/, '')
    const { stdout } = await plan(asked)
    expect(stdout).toContain(
      '  ~ reporting-password\n      schedule: rate(7 days) → when asked\n      pulumi up refuses this: ',
    )
    expect(stdout).toContain('  when asked: keyturn rotate reporting-password\n')
    const secrets = parse(asked(shipped)).config['keyturn:secrets']
    const refused = program.apply({ 'keyturn:proxy': undefined, 'keyturn:secrets': secrets }, { state: applied.state })
    const reason = 'has the schedule rate(7 days) in Secrets Manager, which keeps one that it once had.'
    await expect(refused).rejects.toThrow(reason)
    expect(stdout.replaceAll(/\s+/g, ' ')).toContain(reason)
  }, 120_000)

  it('takes all secrets for new where the stack does not run', async () => {
    await writeFile(join(folder, 'Pulumi.qa.yaml'), shipped)
    const { stdout, status } = await keyturn(['plan', '--stack', 'qa', '--endpoint', program.cloud.url], {
      cwd: folder,
    })
    expect(status).toBe(0)
    expect(stdout).toMatch(/Against keyturn\/qa at .*: 7 new, 0 gone, 0 changed\n {2}\+ openai-admin\n/)
  })

  it('fails in words where nobody answers, or the file does not tell its stack', async () => {
    await writeFile(join(folder, 'keys.yaml'), shipped)
    const nobody = await keyturn(['plan', '--endpoint', 'http://127.0.0.1:9'], { cwd: folder })
    expect([nobody.status, nobody.stderr]).toEqual([
      1,
      expect.stringContaining('Nothing answers at http://127.0.0.1:9'),
    ])
    const unnamed = await keyturn(['plan', '--file', 'keys.yaml', '--against'], { cwd: folder })
    expect([unnamed.status, unnamed.stderr]).toEqual([
      2,
      expect.stringContaining('keys.yaml does not tell its stack. Give it: --stack dev'),
    ])
  })
})
