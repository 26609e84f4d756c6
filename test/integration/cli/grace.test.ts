import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { HOUR } from '../../../core/clock.ts'
import type { RotationRig } from '../../helpers/rotation-rig.ts'
import { type CliRig, startCliRig } from './cli-rig.ts'

let cli: CliRig
let rig: RotationRig
let keyturn: CliRig['keyturn']

beforeAll(async () => {
  cli = await startCliRig('grace')
  ;({ rig, keyturn } = cli)
})
afterAll(() => rig.close())

const inHours = (hours: number): Date => new Date(rig.clock.now().getTime() + hours * HOUR)
const iso = (date: Date): string => `${date.toISOString().slice(0, 19)}Z`
const printed = (date: Date): string => `${date.toISOString().slice(0, 19).replace('T', ' ')} UTC`

async function make() {
  const made = await cli.make('client-key')
  const old = (await rig.keys(made.arn)).current ?? ''
  return { ...made, old, next: await rig.rotateToEnd(made.arn) }
}

describe('part of D: grace', () => {
  it.each([72, 2])('--for %ih counts from now', async (hours) => {
    const { name, arn, old } = await make()
    const { status, stdout, stderr } = await keyturn(['grace', name, '--for', `${hours}h`])
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    const [{ deadline = new Date(0) } = {}] = (await rig.keys(arn)).grace
    expect(Math.abs(deadline.getTime() - inHours(hours).getTime())).toBeLessThanOrEqual(2_000)
    expect(stdout).toMatch(new RegExp(`: version ${old} works until ${printed(deadline)}\n$`))
  })

  it('--until is to the second, for the version that is named alone', async () => {
    const { name, arn, old, next } = await make()
    await rig.clock.advance(HOUR)
    await rig.rotateToEnd(arn)
    const until = inHours(50)
    const { status, stdout } = await keyturn([
      'grace',
      name,
      '--until',
      iso(until),
      '--version',
      old.slice(0, 8),
      '--json',
    ])
    expect(status).toBe(0)
    expect(JSON.parse(stdout)).toEqual({
      name: `keyturn/test/${name}`,
      versions: [{ versionId: old, graceUntil: until.toISOString() }],
    })
    const { grace } = await rig.keys(arn)
    expect(grace.find(({ versionId }) => versionId === old)?.deadline).toEqual(until)
    expect(grace.find(({ versionId }) => versionId === next)?.deadline).toEqual(inHours(24))
  })

  it.each([
    [[], /Give --for, such as --for 48h, or --until/],
    [['--for', '30m'], /shorter than the minimum of 1 h/],
    [['--for', '8d'], /longer than the maximum of 7 d/],
    [['--for', 'revoke-now'], /keyturn revoke NAME/],
    [['--until', '2026-12-01'], /not a moment with its zone.*2026-12-01T10:00:00Z/],
    [['--until', '2020-01-01T00:00:00Z'], /less than 1 h ahead/],
    [
      ['--for', '2h', '--until', '2026-12-01T10:00:00Z'],
      /'--until <moment>' cannot be used with option '--for <period>'/,
    ],
  ])('refuses %j, and changes nothing', async (options, message) => {
    const { name, arn } = await make()
    const labels = await rig.labels(arn)
    const { status, stdout, stderr } = await keyturn(['grace', name, ...options])
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' })
    expect(stderr).toMatch(message)
    expect(await rig.labels(arn)).toEqual(labels)
  })

  it('says that what is over or revoked cannot be brought back', async () => {
    const { name, old } = await make()
    await rig.clock.advance(25 * HOUR)
    const over = await keyturn(['grace', name, '--for', '24h', '--version', old.slice(0, 8)])
    expect(over.status).toBe(1)
    expect(over.stderr).toMatch(/is over, and nothing brings it back.*\[grace-over\]/)
    const none = await keyturn(['grace', name, '--for', '24h'])
    expect(none.status).toBe(2)
    expect(none.stderr).toMatch(/has no version in grace.*cannot be brought back.*\[nothing-in-grace\]/)
    await keyturn(['revoke', name])
    const revoked = await keyturn(['grace', name, '--for', '24h', '--version', old.slice(0, 8)])
    expect(revoked.stderr).toMatch(/nothing brings it back.*\[grace-over\]/)
  })

  it('does not touch the current version', async () => {
    const { name, next } = await make()
    const { status, stderr } = await keyturn(['grace', name, '--for', '24h', '--version', next])
    expect(status).toBe(1)
    expect(stderr).toMatch(/has not been replaced.*keyturn rotate .* --grace 48h --wait/)
  })
})

describe('part of D and B2: rotate --until', () => {
  it('has the old key work until that second', async () => {
    const { name, arn, next } = await make()
    const until = inHours(30)
    const { status, stdout } = await keyturn(['rotate', name, '--until', iso(until), '--wait'])
    expect(status).toBe(0)
    expect(stdout).toContain(`the old key works until ${printed(until)}\n`)
    expect((await rig.keys(arn)).grace.find(({ versionId }) => versionId === next)?.deadline).toEqual(until)
  })

  it.each([
    [['--until', '2020-01-01T00:00:00Z'], /less than 1 h ahead/],
    [['--until', '2099-01-01T00:00:00Z'], /more than 7 d ahead/],
    [['--until', 'friday'], /not a moment with its zone/],
    [['--until', '2026-12-01T10:00:00Z', '--grace', '1h'], /cannot be used with option '--grace <period>'/],
  ])('%j is refused before anything is rotated', async (options, message) => {
    const { name, arn, next } = await make()
    const { status, stderr } = await keyturn(['rotate', name, ...options, '--wait'])
    expect(status).toBe(2)
    expect(stderr).toMatch(message)
    expect((await rig.keys(arn)).current).toBe(next)
  })
})
