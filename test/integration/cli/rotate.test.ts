import { CancelRotateSecretCommand, DeleteSecretCommand, TagResourceCommand } from '@aws-sdk/client-secrets-manager'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { DAY, HOUR } from '../../../core/clock.ts'
import { TAG } from '../../../core/tags.ts'
import { openAiParams } from '../../helpers/provider-params.ts'
import type { RotationRig } from '../../helpers/rotation-rig.ts'
import { type CliRig, startCliRig } from './cli-rig.ts'

let rig: RotationRig
let keyturn: CliRig['keyturn']
let make: CliRig['make']

beforeAll(async () => {
  ;({ rig, keyturn, make } = await startCliRig('rotate'))
})
afterAll(() => rig.close())
afterEach(() => rig.cloud.faults.clear())

const inHours = (hours: number): Date => new Date(rig.clock.now().getTime() + hours * HOUR)

/** The function's role may not read values, so that every rotation fails in testSecret and is tried again later. */
const refuseReads = (): string =>
  rig.cloud.faults.add({
    service: 'secretsmanager',
    operation: 'GetSecretValue',
    role: 'rotation-under-test',
    times: 1_000,
    effect: { kind: 'error', code: 'AccessDeniedException' },
  })

describe('part of D: rotate', () => {
  it('--wait ends when the new version is current, and says until when the old key works', async () => {
    const secret = await make('client-key')
    const before = await rig.keys(secret.arn)
    const { status, stdout, stderr } = await keyturn(['rotate', secret.name, '--wait'])
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    const { current, pending, grace } = await rig.keys(secret.arn)
    expect(grace).toMatchObject([{ versionId: before.current, deadline: inHours(24) }])
    expect(pending).toBeUndefined()
    const until = `${inHours(24).toISOString().slice(0, 19).replace('T', ' ')} UTC`
    const lines = stdout.trimEnd().split('\n')
    expect(lines.at(-1)).toBe(
      `keyturn/test/${secret.name}: version ${current} is current; the old key works until ${until}`,
    )
    // Where nobody watches, each change is told once, and plainly.
    expect(new Set(lines).size).toBe(lines.length)
    expect(stdout).not.toContain('\u001b')
  })

  it('without --wait says what was started and how to follow it', async () => {
    const secret = await make('client-key')
    const { status, stdout } = await keyturn(['rotate', secret.name])
    await rig.settle()
    const { current } = await rig.keys(secret.arn)
    expect({ status, stdout }).toEqual({
      status: 0,
      stdout: `keyturn/test/${secret.name}: started, version ${current}\nFollow with: keyturn status keyturn/test/${secret.name}\n`,
    })
  })

  it('B2 --grace holds for this rotation only', async () => {
    const secret = await make('client-key')
    const first = (await rig.keys(secret.arn)).current
    const short = await keyturn(['rotate', secret.name, '--grace', '1h', '--wait'])
    expect(short.status).toBe(0)
    const second = (await rig.keys(secret.arn)).current
    expect((await rig.keys(secret.arn)).grace).toMatchObject([{ versionId: first, deadline: inHours(1) }])

    // The next one is Secrets Manager's own, as its schedule starts it.
    await rig.rotateToEnd(secret.arn)
    expect((await rig.keys(secret.arn)).grace).toMatchObject([
      { versionId: second, deadline: inHours(24) },
      { versionId: first, deadline: inHours(1) },
    ])
  })

  it('B2 --grace revoke-now kills the old key at the target, and says which others still live', async () => {
    const secret = await make('provider-key', openAiParams(rig.upstream.url, 'proj_revoke'))
    await rig.rotateToEnd(secret.arn)
    const leaked = (await rig.keys(secret.arn)).current ?? ''
    const { keyId } = JSON.parse(await rig.value(secret.arn, leaked))
    const { status, stdout } = await keyturn(['rotate', secret.name, '--grace', 'revoke-now', '--wait'])
    expect(status).toBe(0)
    expect(stdout).toMatch(/is current; the old key is revoked at its provider; 1 older still in grace/)
    expect(rig.upstream.keys.live('openai').some(({ id }) => id === keyId)).toBe(false)
    expect(Object.keys(await rig.labels(secret.arn))).not.toContain(leaked)
  })

  it('rotates several at once, each one once', async () => {
    const one = await make('client-key')
    const other = await make('random')
    const names = [one.name, other.name, `keyturn/test/${one.name}`]
    const { status, stdout } = await keyturn(['rotate', ...names, '--wait', '--json'])
    expect(status).toBe(0)
    const { rotated, failed } = JSON.parse(stdout)
    expect(failed).toEqual([])
    expect(rotated).toEqual(
      await Promise.all(
        [one, other].map(async (secret) => {
          const { current, grace } = await rig.keys(secret.arn)
          return {
            name: `keyturn/test/${secret.name}`,
            versionId: current,
            from: grace[0]?.versionId,
            state: 'current',
            graceUntil: inHours(24).toISOString(),
          }
        }),
      ),
    )
  })

  it('prints no value, in no form', async () => {
    const secret = await make('provider-key', openAiParams(rig.upstream.url, 'proj_canary'))
    const said = [
      await keyturn(['rotate', secret.name, '--wait']),
      await keyturn(['rotate', secret.name, '--wait', '--json']),
      await keyturn(['status', secret.name]),
      await keyturn(['status', '--json']),
    ]
    const values = await Promise.all(
      Object.keys(await rig.labels(secret.arn)).map((versionId) => rig.value(secret.arn, versionId)),
    )
    expect(values).toHaveLength(3)
    for (const value of values) {
      for (const { stdout, stderr } of said) {
        expect(stdout + stderr).not.toContain(value)
        expect(stdout + stderr).not.toContain(JSON.parse(value).apiKey)
      }
    }
  })
})

describe('part of D: rotate refuses, before anything is changed, what cannot be rotated', () => {
  it.each<[string, () => Promise<string[]>, number, RegExp]>([
    [
      'a secret that is not there, beside one that is',
      async () => [(await make('client-key')).name, 'nowhere'],
      2,
      /There is no secret nowhere/,
    ],
    [
      'a secret with rotation off',
      async () => {
        const { name, arn } = await make('client-key')
        await rig.secrets.send(new CancelRotateSecretCommand({ SecretId: arn }))
        return [name]
      },
      1,
      /Rotation is off for .*pulumi up/,
    ],
    [
      'a secret that is being deleted',
      async () => {
        const { name, arn } = await make('client-key')
        await rig.secrets.send(new DeleteSecretCommand({ SecretId: arn }))
        return [`keyturn/test/${name}`]
      },
      1,
      /is scheduled for deletion\. Restore it \(aws secretsmanager restore-secret/,
    ],
    [
      'a supplied secret with nothing supplied',
      async () => [(await make('supplied', {}, 'the first value')).name],
      1,
      /No new value has been supplied.*keyturn rotate \S+ --value-from -/,
    ],
    [
      'a value for a secret that makes its own',
      async () => [(await make('random')).name, '--value-from', '-'],
      2,
      /--value-from hands over the next value, and .* is random, which makes its own/,
    ],
    [
      'one value for two secrets',
      async () => [
        (await make('supplied', {}, 'one')).name,
        (await make('supplied', {}, 'two')).name,
        '--value-from',
        '-',
      ],
      2,
      /--value-from is one secret's value, and 2 secrets are named/,
    ],
  ])('%s', async (_what, prepare, expected, message) => {
    const args = await prepare()
    const writes = () =>
      rig.cloud.journal.entries().filter(({ operation }) => /^(Put|Tag|Update|Rotate)/.test(operation)).length
    const before = writes()
    const { status, stdout, stderr } = await keyturn(['rotate', ...args, '--wait'], { stdin: 'a value' })
    expect({ status, stdout }).toEqual({ status: expected, stdout: '' })
    expect(stderr).toMatch(message)
    expect(writes()).toBe(before)
  })

  it('a rotation under way, and says how to wait and how to get it unstuck', async () => {
    const secret = await make('client-key')
    refuseReads()
    await rig.rotate(secret.arn)
    await rig.cloud.rotations.idle()
    const { status, stderr } = await keyturn(['rotate', secret.name])
    expect(status).toBe(1)
    expect(stderr).toMatch(
      /is being rotated already \(.* failed with AccessDeniedException in testSecret\).*keyturn status keyturn\/test\/rotate-\d+.*--version-stage AWSPENDING/,
    )
    expect(stderr.trimEnd().split('\n')).toHaveLength(1)

    rig.cloud.faults.clear()
    await rig.settle()
    expect((await keyturn(['rotate', secret.name, '--wait'])).status).toBe(0)
  })
})

describe('part of D: rotate --wait tells how it ended', () => {
  it('B20 says by when every proxy refuses a client key, and what may put that off', async () => {
    const secret = await make('client-key')
    await rig.secrets.send(
      new TagResourceCommand({ SecretId: secret.arn, Tags: [{ Key: TAG.proxyReads, Value: '30/86400' }] }),
    )
    const { status, stdout } = await keyturn(['rotate', secret.name, '--grace', 'revoke-now', '--wait'])
    const at = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19).replace('T', ' ')} UTC`
    const now = rig.clock.now().getTime()
    expect(status).toBe(0)
    expect(stdout.trimEnd().split('\n').at(-1)).toMatch(
      new RegExp(
        `; the old key is refused by every proxy within 34 s, by ${at(now + 34_000)}; ` +
          `a proxy that cannot reach Secrets Manager may accept it until ${at(now + DAY)}$`,
      ),
    )
  })

  it('B20 exits 1 and takes the old key for alive when it could not be revoked', async () => {
    const params = openAiParams(rig.upstream.url, 'proj_unproven')
    const secret = await make('provider-key', params)
    const old = (await rig.keys(secret.arn)).current
    const { url } = params.revoke as { url: string }
    Object.assign(params, { revoke: { method: 'DELETE', url: url.replace('proj_unproven', 'proj_other') } })
    const { status, stdout, stderr } = await keyturn(['rotate', secret.name, '--grace', 'revoke-now', '--wait'])
    expect(status).toBe(1)
    expect(stdout).not.toMatch(/revoked/)
    expect(stderr).toMatch(
      new RegExp(
        `is current, but the old key \\(version ${old}\\) was not retired: revocation-unproven\\. .*Take it for alive until keyturn status .* ` +
          'Check "revoke" and "list".*\\[old-key-not-retired\\]',
      ),
    )
    expect((await keyturn(['status', secret.name])).stdout).toMatch(/last error {5}revocation-unproven in retireSecret/)
  })

  it('exits 3 when the time is up, with what the last try failed with', async () => {
    const secret = await make('client-key')
    refuseReads()
    const { status, stdout, stderr } = await keyturn(['rotate', secret.name, '--wait', '--timeout', '1'])
    expect(status).toBe(3)
    expect(stdout).toContain('testSecret failed with AccessDeniedException, being tried again\n')
    expect(stderr).toMatch(
      /was not current within 1 s; the last try failed with AccessDeniedException in testSecret\. The rotation goes on; .* keyturn status .*\[wait-timeout\]/,
    )
    rig.cloud.faults.clear()
    await rig.settle()
  })

  it('one that fails stops no other, and both are told', async () => {
    const good = await make('client-key')
    const params = openAiParams(rig.upstream.url, 'proj_broken')
    const bad = await make('provider-key', params)
    // As after a change of the stack config that does not fit the provider.
    Object.assign(params, { create: { ...(params.create as object), take: { key: '/nope', id: '/id' } } })
    const ended = await keyturn(['rotate', good.name, bad.name, '--wait', '--json'])
    expect(ended.status).toBe(1)
    expect(JSON.parse(ended.stdout)).toMatchObject({
      rotated: [{ name: `keyturn/test/${good.name}`, state: 'current' }],
      failed: [{ name: `keyturn/test/${bad.name}`, error: { code: 'provider-answer-unreadable' } }],
    })
    const { stdout } = await keyturn(['status', bad.name])
    expect(stdout).toMatch(/last error {5}provider-answer-unreadable in createSecret/)
    expect(stdout).toMatch(/next action {4}Correct the strategy's parameters in Pulumi\.<stack>\.yaml/)
  })

  it('an error that a later rotation has overcome is gone', async () => {
    const secret = await make('client-key')
    const fault = refuseReads()
    await rig.rotate(secret.arn)
    await rig.cloud.rotations.idle()
    expect((await keyturn(['status', secret.name])).stdout).toMatch(/last error {5}AccessDeniedException in testSecret/)
    rig.cloud.faults.remove(fault)
    await rig.settle()
    expect((await keyturn(['status', secret.name])).stdout).toMatch(/last error {5}-\n$/)
  })
})

it('part of D: a clock moved far ahead is the service’s own: deadlines are counted from it', async () => {
  const secret = await make('client-key')
  await rig.clock.advance(90 * DAY)
  const { status, stdout } = await keyturn(['rotate', secret.name, '--grace', '2h', '--wait', '--json'])
  expect(status).toBe(0)
  expect(JSON.parse(stdout).rotated[0].graceUntil).toBe(inHours(2).toISOString())
})
