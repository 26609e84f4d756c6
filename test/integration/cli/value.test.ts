import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openAiParams } from '../../helpers/provider-params.ts'
import { type RotationRig, startRotationRig } from '../../helpers/rotation-rig.ts'
import { keyturnAt } from './keyturn.ts'

let rig: RotationRig
let keyturn: ReturnType<typeof keyturnAt>
let openai: string

beforeAll(async () => {
  rig = await startRotationRig()
  keyturn = keyturnAt(rig.cloud.url)
  openai = await rig.create('openai', { strategy: 'provider-key', params: openAiParams(rig.upstream.url) })
  await rig.create('empty', { strategy: 'supplied', params: {} }, { firstValue: false })
})
afterAll(() => rig.close())

async function current(): Promise<{ apiKey: string; keyId: string }> {
  return JSON.parse(await rig.value(openai, (await rig.keys(openai)).current ?? ''))
}

describe('part of D: value', () => {
  it('prints the whole current value and nothing else', async () => {
    await rig.rotateToEnd(openai)
    const { status, stdout, stderr } = await keyturn(['value', 'openai'])
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    expect(JSON.parse(stdout)).toEqual(await current())
  })

  it('prints one field of it', async () => {
    const { status, stdout } = await keyturn(['value', 'openai', '--field', 'apiKey'])
    expect({ status, stdout }).toEqual({ status: 0, stdout: `${(await current()).apiKey}\n` })
  })

  it('prints JSON with the full name', async () => {
    const { stdout } = await keyturn(['value', 'openai', '--field', 'keyId', '--json'])
    expect(JSON.parse(stdout)).toEqual({ name: 'keyturn/test/openai', value: (await current()).keyId })
  })

  it.each([
    [['openai', '--field', 'apikey'], 2, /has no text field "apikey"\. Leave --field out/],
    [['openai', '--field', '__proto__'], 2, /has no text field "__proto__"/],
    [['empty'], 1, /has no value yet\. Give it one: keyturn rotate keyturn\/test\/empty --value-from -/],
    [['nowhere'], 2, /There is no secret nowhere/],
    [['keyturn/test/openai-admin'], 2, /not Keyturn's/],
  ])('%j fails without a value', async (args, expected, message) => {
    const { status, stdout, stderr } = await keyturn(['value', ...args])
    expect({ status, stdout }).toEqual({ status: expected, stdout: '' })
    expect(stderr).toMatch(message)
    expect(stderr).not.toContain((await current()).apiKey)
  })
})
