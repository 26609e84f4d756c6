import {
  CreateSecretCommand,
  DeleteSecretCommand,
  UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { DAY, HOUR, MINUTE } from '../../../core/clock.ts'
import { TAG } from '../../../core/tags.ts'
import { openAiParams } from '../../helpers/provider-params.ts'
import { type RotationRig, startRotationRig } from '../../helpers/rotation-rig.ts'
import { type Ended, keyturnAt } from './keyturn.ts'

let rig: RotationRig
let keyturn: ReturnType<typeof keyturnAt>
let mobileApp: string
let empty: Ended

beforeAll(async () => {
  rig = await startRotationRig()
  keyturn = keyturnAt(rig.cloud.url)
  empty = await keyturn(['status'])
  mobileApp = await rig.create('mobile-app', { strategy: 'client-key', params: {} })
  await rig.create('openai', { strategy: 'provider-key', params: openAiParams(rig.upstream.url) })
  await rig.create('telegram', { strategy: 'supplied', params: {} }, { firstValue: 'the first value' })
  for (const [name, stack] of [
    ['keyturn/prod/openai', 'keyturn/prod'],
    ['keyturn/prod/mailer', 'keyturn/prod'],
  ]) {
    const Tags = [
      { Key: TAG.stack, Value: stack },
      { Key: TAG.strategy, Value: 'random' },
      { Key: TAG.owner, Value: 'mail team' },
      { Key: TAG.grace, Value: '6h' },
    ]
    await rig.secrets.send(new CreateSecretCommand({ Name: name, Tags }))
  }
  await rig.rotateToEnd(mobileApp)
})
afterAll(() => rig.close())

/** Cells of a table, by the heads that stand above them. */
function rows(stdout: string): Record<string, string>[] {
  const [head = '', ...lines] = stdout.split('\n\n')[0]?.trimEnd().split('\n') ?? []
  const starts = [...head.matchAll(/\S+(?: \S+)*/g)].map(({ index }) => index)
  const cells = (line: string): string[] =>
    starts.map((start, column) => line.slice(start, starts[column + 1] ?? line.length).trim())
  const names = cells(head)
  return lines.map((line) => Object.fromEntries(cells(line).map((cell, column) => [names[column], cell])))
}

describe('part of D: status of everything', () => {
  it('says what to do where there is nothing yet', () => {
    expect(empty).toEqual({
      status: 0,
      stderr: '',
      stdout: `No secret of Keyturn's at ${rig.cloud.url}. Run pulumi up to create some, or npm start for the local cloud.\n`,
    })
  })

  it('lists each secret on a line, in columns, and none that is not Keyturn’s', async () => {
    const { status, stdout, stderr } = await keyturn(['status'])
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    const table = rows(stdout)
    expect(table.map(({ SECRET }) => SECRET)).toEqual([
      'keyturn/prod/mailer',
      'keyturn/prod/openai',
      'keyturn/test/mobile-app',
      'keyturn/test/openai',
      'keyturn/test/telegram',
    ])
    const current = Object.entries(await rig.labels(mobileApp)).find(([, labels]) => labels.includes('AWSCURRENT'))?.[0]
    expect(table[2]).toEqual({
      SECRET: 'keyturn/test/mobile-app',
      STRATEGY: 'client-key',
      CURRENT: current?.slice(0, 8),
      PENDING: '-',
      GRACE: expect.stringMatching(/^1 alive, last ends in (1 d|23 h \d+ m)$/),
      'NEXT ROTATION': '2026-12-22 23:59:59 UTC',
      'LAST ERROR': '-',
    })
    expect(table[0]).toMatchObject({ CURRENT: '-', GRACE: '-', 'NEXT ROTATION': 'off' })
    // No escape sequence, no line wider than a reader of a log can bear.
    expect(stdout).not.toContain('\u001b')
    for (const line of stdout.split('\n')) expect(line.length).toBeLessThan(160)
  })

  it('--stack leaves the others out', async () => {
    const { stdout } = await keyturn(['status', '--stack', 'keyturn/prod'])
    expect(rows(stdout).map(({ SECRET }) => SECRET)).toEqual(['keyturn/prod/mailer', 'keyturn/prod/openai'])
    const none = await keyturn(['status', '--stack', 'keyturn/pro'])
    expect(none).toMatchObject({
      status: 0,
      stdout: expect.stringContaining("No secret of Keyturn's in stack keyturn/pro at"),
    })
  })

  it('--json gives programs the whole of it', async () => {
    const { status, stdout, stderr } = await keyturn(['status', '--json'])
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    const { at, secrets } = JSON.parse(stdout)
    expect(at).toBe(rig.clock.now().toISOString())
    expect(secrets).toHaveLength(5)
    expect(secrets[2]).toMatchObject({
      name: 'keyturn/test/mobile-app',
      arn: mobileApp,
      stack: 'keyturn/test',
      strategy: 'client-key',
      rotationEnabled: true,
      versions: await rig.labels(mobileApp),
      lastRotated: expect.stringMatching(/^2026-11-22T10:00/),
      nextRotation: '2026-12-22T23:59:59.000Z',
      inGrace: [{ deadline: '2026-11-23T10:00:00.000Z', labels: ['GRACE-UNTIL-20261123T100000Z'] }],
      expired: [],
      malformed: [],
    })
  })
})

describe('part of D: status of one secret', () => {
  it('shows its versions with their deadlines', async () => {
    const { status, stdout } = await keyturn(['status', 'mobile-app'])
    expect(status).toBe(0)
    const labels = await rig.labels(mobileApp)
    const current = Object.keys(labels).find((id) => labels[id]?.includes('AWSCURRENT'))
    const old = Object.keys(labels).find((id) => id !== current)
    expect(stdout).toBe(`keyturn/test/mobile-app
  strategy       client-key
  owner          -
  grace          -
  current        ${current}
  in grace       ${old}  until 2026-11-23 10:00:00 UTC (1 d left)
  last rotation  2026-11-22 10:00:00 UTC
  next rotation  2026-12-22 23:59:59 UTC
  last error     -
`)
  })

  it('shows owner and grace, and that there is no value yet', async () => {
    const { stdout } = await keyturn(['status', 'mailer'])
    expect(stdout).toMatch(/^ {2}owner {10}mail team$/m)
    expect(stdout).toMatch(/^ {2}grace {10}6h$/m)
    expect(stdout).toMatch(/^ {2}current {8}none: the secret has no value yet$/m)
    expect(stdout).toMatch(/^ {2}last rotation {2}never$/m)
  })

  it.each([
    ['the end of its name', () => 'telegram'],
    ['a longer end of its name', () => 'test/telegram'],
    ['its full name', () => 'keyturn/test/telegram'],
  ])('finds it by %s', async (_by, name) => {
    const { status, stdout } = await keyturn(['status', name()])
    expect(status).toBe(0)
    expect(stdout).toMatch(/^keyturn\/test\/telegram\n/)
  })

  it('finds it by an end that begins after a hyphen, where no name is just that', async () => {
    expect((await keyturn(['status', 'app'])).stdout).toMatch(/^keyturn\/test\/mobile-app\n/)
    await rig.create('app', { strategy: 'client-key', params: {} })
    expect((await keyturn(['status', 'app'])).stdout).toMatch(/^keyturn\/test\/app\n/)
    await rig.secrets.send(new DeleteSecretCommand({ SecretId: 'keyturn/test/app', ForceDeleteWithoutRecovery: true }))
  })

  it('finds several, by ARN too, and keeps their order', async () => {
    const { stdout } = await keyturn(['status', 'telegram', mobileApp])
    expect(stdout.match(/^keyturn.*$/gm)).toEqual(['keyturn/test/telegram', 'keyturn/test/mobile-app'])
  })

  it('refuses an end of several names, names them, and takes --stack for an answer', async () => {
    const refused = await keyturn(['status', 'openai'])
    expect(refused).toMatchObject({
      status: 2,
      stderr: expect.stringMatching(
        /"openai" is the end of several names: keyturn\/prod\/openai, keyturn\/test\/openai\. Give the full one/,
      ),
    })
    const { status, stdout } = await keyturn(['status', 'openai', '--stack', 'keyturn/test'])
    expect(status).toBe(0)
    expect(stdout).toMatch(/^keyturn\/test\/openai\n/)
  })

  it.each([
    ['nowhere', /There is no secret nowhere at http.*keyturn status/],
    ['keyturn/test/nowhere', /There is no secret keyturn\/test\/nowhere/],
    ['mobile-ap', /There is no secret mobile-ap at .*\. Alike: keyturn\/test\/mobile-app\. See them all/],
    ['pp', /There is no secret pp at .*Alike: keyturn\/test\/mobile-app/],
    ['', /No secret has the name ""\. Give a full name, such as keyturn\/dev\/openai/],
    ['two words', /No secret has the name "two words"/],
    ['keyturn/test/openai-admin', /not Keyturn's: it has no keyturn:stack tag.*pulumi up/],
  ])('refuses %s', async (name, message) => {
    const { status, stdout, stderr } = await keyturn(['status', name])
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' })
    expect(stderr).toMatch(message)
  })
})

describe('B2, part of D: status follows the service’s clock, whatever this machine’s says', () => {
  it('counts the time left down, then shows what is expired, unreadable, overdue, being deleted', async () => {
    await rig.clock.advance(22 * HOUR + 15 * MINUTE)
    expect((await keyturn(['status', 'mobile-app'])).stdout).toContain('until 2026-11-23 10:00:00 UTC (1 h 45 m left)')
    await rig.clock.advance(2 * HOUR)
    expect((await keyturn(['status', 'mobile-app'])).stdout).toMatch(
      /^ {2}expired {8}\S{36} {2}since 2026-11-23 10:00:00 UTC: not accepted; may live at its target until the sweeper has retired it$/m,
    )
    expect(rows((await keyturn(['status'])).stdout)[2]).toMatchObject({ GRACE: '1 to retire' })

    const labels = await rig.labels(mobileApp)
    const old = Object.keys(labels).find((id) => !labels[id]?.includes('AWSCURRENT'))
    const stage = { SecretId: mobileApp, MoveToVersionId: old, VersionStage: 'GRACE-UNTIL-TOMORROW' }
    await rig.secrets.send(new UpdateSecretVersionStageCommand(stage))
    expect((await keyturn(['status', 'mobile-app'])).stdout).toMatch(
      /^ {2}unreadable {5}\S{36} {2}GRACE-UNTIL-.*GRACE-UNTIL-TOMORROW: refused; give it a right one with keyturn grace, or end it with keyturn revoke$/m,
    )

    await rig.secrets.send(new DeleteSecretCommand({ SecretId: 'keyturn/prod/mailer', RecoveryWindowInDays: 7 }))
    const deletion = new Date(rig.clock.now().getTime() + 7 * DAY).toISOString().slice(0, 10)
    expect((await keyturn(['status', 'keyturn/prod/mailer'])).stdout).toContain(`being deleted, ${deletion}`)
  })

  it('says that a rotation is overdue', async () => {
    rig.cloud.faults.add({
      service: 'secretsmanager',
      operation: '*',
      role: 'rotation-under-test',
      times: 1000,
      effect: { kind: 'error', code: 'AccessDeniedException' },
    })
    await rig.clock.advance(32 * DAY)
    rig.cloud.faults.clear()
    const { stdout } = await keyturn(['status', 'telegram'])
    expect(stdout).toMatch(/next rotation {2}overdue since 2026-12-22 23:59:59 UTC/)
  })

  it('--check exits 4 for what needs a person, and says what to do; without it, status exits 0', async () => {
    expect(await keyturn(['status', 'telegram'])).toMatchObject({ status: 0, stderr: '' })
    const { status, stdout, stderr } = await keyturn(['status', 'telegram', '--check'])
    expect(status).toBe(4)
    expect(stdout).toMatch(/^keyturn\/test\/telegram\n/)
    expect(stderr).toMatch(
      /^keyturn: keyturn\/test\/telegram: .* is overdue since .*keyturn rotate keyturn\/test\/telegram$/m,
    )
    const json = JSON.parse((await keyturn(['status', 'telegram', '--json'])).stdout)
    expect(json.secrets[0].needsAttention).toContainEqual(expect.stringContaining('is overdue since'))
  })

  it('--check exits 0 where nothing needs anybody', async () => {
    const arn = await rig.create('calm', { strategy: 'client-key', params: {} })
    await rig.rotateToEnd(arn)
    expect(await keyturn(['status', 'calm', '--check'])).toMatchObject({ status: 0, stderr: '' })
  })
})
