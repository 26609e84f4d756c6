import { randomBytes } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { DAY } from '../../../core/clock.ts'
import type { RotationRig } from '../../helpers/rotation-rig.ts'
import { type CliRig, type Made, startCliRig } from './cli-rig.ts'

let rig: RotationRig
let keyturn: CliRig['keyturn']
let make: CliRig['make']

beforeAll(async () => {
  ;({ rig, keyturn, make } = await startCliRig('supplied'))
})
afterAll(() => rig.close())

describe('part of D: rotate --value-from', () => {
  const rotated = async (secret: Made) => rig.value(secret.arn, (await rig.keys(secret.arn)).current ?? '')

  it('takes a value from standard input, without the line break at its end', async () => {
    const secret = await make('supplied', {}, 'the first value')
    const { status, stdout, stderr } = await keyturn(['rotate', secret.name, '--value-from', '-', '--wait'], {
      stdin: 'the second value\r\n',
    })
    expect(status).toBe(0)
    expect(await rotated(secret)).toBe('the second value')
    expect(stdout + stderr).not.toContain('the second value')
    expect((await rig.keys(secret.arn)).grace).toMatchObject([{ deadline: new Date(rig.clock.now().getTime() + DAY) }])
  })

  it('takes a client’s own key, and refuses one that is too weak with the reason', async () => {
    const secret = await make('client-key')
    const own = randomBytes(32).toString('base64url')
    expect((await keyturn(['rotate', secret.name, '--value-from', '-'], { stdin: own })).status).toBe(0)
    expect(await rotated(secret)).toBe(own)
    const weak = await keyturn(['rotate', secret.name, '--value-from', '-'], { stdin: 'hunter2' })
    expect(weak.status).toBe(1)
    expect(weak.stderr).toMatch(/supplied-value-malformed/)
    expect(weak.stdout + weak.stderr).not.toContain('hunter2')
    expect(await rotated(secret)).toBe(own)
  })

  it('takes a value from a file, up to the 65,536 bytes that Secrets Manager stores', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'keyturn-value-'))
    try {
      const secret = await make('supplied', {}, 'the first value')
      const file = join(folder, 'value')
      const value = `ü${randomBytes(32_767).toString('hex')}`
      expect(Buffer.byteLength(value)).toBe(65_536)
      await writeFile(file, `${value}\n`)
      expect((await keyturn(['rotate', secret.name, '--value-from', file, '--wait'])).status).toBe(0)
      expect(await rotated(secret)).toBe(value)

      await writeFile(file, `${value}x\n`)
      const { status, stderr } = await keyturn(['rotate', secret.name, '--value-from', file, '--wait'])
      expect(status).toBe(2)
      expect(stderr).toMatch(/the value has 65537 bytes\. Allowed: at most 65536/)
      expect(await rotated(secret)).toBe(value)
    } finally {
      await rm(folder, { recursive: true })
    }
  })

  it.each([
    ['nothing', '', /there is nothing in it/],
    ['only a line break', '\n', /there is nothing in it/],
    ['bytes that are not text', new Uint8Array([0x73, 0xff, 0xfe]), /it is not UTF-8 text/],
  ])('refuses %s', async (_what, stdin, message) => {
    const secret = await make('supplied', {}, 'the first value')
    const { status, stderr } = await keyturn(['rotate', secret.name, '--value-from', '-'], { stdin })
    expect(status).toBe(2)
    expect(stderr).toMatch(message)
    expect(await rotated(secret)).toBe('the first value')
  })
})

describe('part of D: rotate --value-from waits for the verdict', () => {
  it('exits 1 with the reason and the next action when the function gives up', async () => {
    const test = { method: 'GET', url: `${rig.upstream.url}/openai/v1/models` }
    const secret = await make('supplied', { test }, 'sk-the-first-value')
    const before = await rig.labels(secret.arn)
    const { status, stderr } = await keyturn(['rotate', secret.name, '--value-from', '-', '--wait'], {
      stdin: 'sk-not-a-valid-one\n',
    })
    expect(status).toBe(1)
    expect(stderr).toMatch(
      /^keyturn: keyturn\/test\/supplied-\d+ was not rotated: supplied-value-refused in testSecret\. The supplied value did not pass "test" within 20 s: HTTP 401, expected 200\. The old key stays in force\. Try the same value again: keyturn rotate keyturn\/test\/supplied-\d+ --wait; or hand over another: .*--value-from - --wait \[supplied-value-refused\]\n$/,
    )
    expect(stderr).not.toContain('sk-not-a-valid-one')
    expect(await rig.labels(secret.arn)).toMatchObject(before)
    expect((await keyturn(['status', secret.name])).stdout).toMatch(
      /last error {5}supplied-value-refused in testSecret at .* UTC\n {2}reason {9}The supplied value did not pass.*\n {2}next action {4}Try the same/,
    )
  })

  it.each([[['--wait']], [[]]])(
    'a value of the wrong shape is refused at the terminal with the reason and the command, %j',
    async (wait) => {
      const secret = await make('supplied', { pattern: 'sk-[a-z0-9-]{10,}' }, 'sk-the-first-value')
      const put = (stdin: string) => keyturn(['rotate', secret.name, '--value-from', '-', ...wait], { stdin })
      const { status, stderr } = await put('quite another shape')
      expect(status).toBe(1)
      expect(stderr).toMatch(
        /supplied-value-malformed in createSecret\. .* does not match the pattern sk-\[a-z0-9-\]\{10,\}\. /,
      )
      expect(stderr).toMatch(
        /keyturn rotate keyturn\/test\/supplied-\d+ --value-from - --wait \[supplied-value-malformed\]\n$/,
      )
      expect(stderr).not.toContain('quite another shape')
      expect(await put('sk-a-fitting-value')).toMatchObject({ status: 0, stderr: '' })
      expect(await rig.value(secret.arn, (await rig.keys(secret.arn)).current ?? '')).toBe('sk-a-fitting-value')
    },
  )
})
