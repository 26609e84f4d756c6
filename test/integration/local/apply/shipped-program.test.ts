import {
  DeleteSecretCommand,
  DescribeSecretCommand,
  GetSecretValueCommand,
  ListSecretsCommand,
  RotateSecretCommand,
  SecretsManagerClient,
  TagResourceCommand,
} from '@aws-sdk/client-secrets-manager'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { TAG } from '../../../../core/tags.ts'
import { repository } from '../../../../infra/bundle/paths.ts'
import { type Applied, applyStack } from '../../../../local/apply/apply.ts'
import type { ApplyError } from '../../../../local/apply/errors.ts'
import type { ProgressEvent } from '../../../../local/apply/progress.ts'
import type { StackState } from '../../../../local/apply/state.ts'
import { readStackFiles } from '../../../../local/stack/stack-files.ts'
import { clientOptions } from '../../../helpers/apply/apply-to.ts'
import { CANARY, type ShippedProgram, shippedProgram, suppliedValues } from '../../../helpers/apply/shipped-program.ts'

let program: ShippedProgram
let client: SecretsManagerClient
let first: Applied
let last: Applied
const events: ProgressEvent[] = []

/** The shipped inventory without the proxy, whose tasks the end-to-end tests run. */
const apply = (state?: StackState, overrides: Readonly<Record<string, unknown>> = {}): Promise<Applied> =>
  program.apply(
    { 'keyturn:proxy': undefined, ...overrides },
    { onProgress: (event) => events.push(event), ...(state && { state }) },
  )

beforeAll(async () => {
  program = await shippedProgram()
  client = new SecretsManagerClient(clientOptions(program.cloud))
  first = await apply()
}, 120_000)

afterAll(async () => {
  client?.destroy()
  await program?.close()
})

const read = async (name: string) => {
  const { SecretString } = await client.send(new GetSecretValueCommand({ SecretId: `keyturn/dev/${name}` }))
  return SecretString ?? ''
}

describe('the shipped program on the local cloud (E)', () => {
  it('A4, part of A3: leaves every secret with a first value and its rotation on', async () => {
    const { SecretList } = await client.send(new ListSecretsCommand({}))
    expect(SecretList?.length).toBe(7)
    for (const { Name } of SecretList ?? []) {
      const secret = await client.send(new DescribeSecretCommand({ SecretId: Name }))
      expect(secret.RotationEnabled, Name).toBe(true)
      expect(Object.values(secret.VersionIdsToStages ?? {}).flat(), Name).toContain('AWSCURRENT')
    }
    expect(await read('openai-admin')).toBe(suppliedValues['openai-admin'])
  })

  it('B10: mints one key at each provider, and it is the one in the secret', async () => {
    for (const provider of ['openai', 'openrouter']) {
      const { apiKey } = JSON.parse(await read(provider))
      const minted = program.upstream.keys.all().filter((one) => one.provider === provider)
      expect(minted).toEqual([program.upstream.keys.authenticate(provider, apiKey)])
    }
  })

  it('starts no rotation before the first value, the permission and the policies of its secret stand', () => {
    const at = (kind: string, name: string) => events.findIndex((event) => event.kind === kind && event.name === name)
    for (const name of ['openai', 'mobile-app', 'reporting-password']) {
      const start = at('creating', `${name}-rotation`)
      expect(start).toBeGreaterThan(at('created', `${name}-first-value`))
      expect(start).toBeGreaterThan(at('created', `${name}-policy`))
    }
    expect(at('creating', 'openai-rotation')).toBeGreaterThan(at('created', 'rotate-provider-permission'))
  })

  it('holds no plaintext secret in state, outputs or progress', async () => {
    const shown = JSON.stringify([first, events])
    const secrets = [
      CANARY,
      JSON.parse(await read('openai')).apiKey,
      await read('mobile-app'),
      await read('reporting-password'),
    ]
    for (const secret of secrets) {
      expect(secret.length).toBeGreaterThan(16)
      expect(shown.includes(secret)).toBe(false)
    }
  })

  it('changes nothing the second time, and only what a changed setting reaches after that', async () => {
    const before = await read('mobile-app')
    const second = await apply(first.state)
    expect(second.changes.filter(({ action }) => action !== 'unchanged')).toEqual([])
    expect(second.outputs).toEqual(first.outputs)

    const third = await apply(second.state, { 'keyturn:logRetentionDays': 30 })
    const changed = third.changes.filter(({ action }) => action !== 'unchanged')
    expect(new Set(changed.map(({ action, type }) => `${action} ${type}`))).toEqual(
      new Set(['update aws:cloudwatch/logGroup:LogGroup']),
    )
    expect(await read('mobile-app')).toBe(before)
  })

  it('1.11: lets nobody delete a secret whose keys have not been ended, the account’s administrator included', async () => {
    const SecretId = 'keyturn/dev/reporting-password'
    const denied = {
      name: 'AccessDeniedException',
      message: expect.stringContaining('explicit deny in a resource-based policy'),
    }
    await expect(client.send(new DeleteSecretCommand({ SecretId }))).rejects.toMatchObject(denied)
    const forced = new DeleteSecretCommand({ SecretId, ForceDeleteWithoutRecovery: true })
    await expect(client.send(forced)).rejects.toMatchObject(denied)
  })

  it('1.11: removes a secret from the inventory only once it has been ended', async () => {
    const { config } = await readStackFiles(repository, 'dev')
    const others = (config['keyturn:secrets'] as { name: string }[]).filter(({ name }) => name !== 'reporting-password')
    const without = { 'keyturn:secrets': others, 'keyturn:protect': false }
    const unprotected = await apply(first.state, { 'keyturn:protect': false })
    const error: ApplyError = await apply(unprotected.state, without).catch((reason) => reason)
    expect(error.message).toMatch(
      /reporting-password is no longer listed.*AWSCURRENT.*keyturn end keyturn\/dev\/reporting-password/,
    )
    const touched = (state: StackState) =>
      JSON.stringify(state.resources) === JSON.stringify(unprotected.state.resources)
    expect(touched(error.state)).toBe(true)

    const SecretId = 'keyturn/dev/reporting-password'
    const { VersionIdsToStages = {} } = await client.send(new DescribeSecretCommand({ SecretId }))
    const [current] = Object.keys(VersionIdsToStages)
    const ended = { Key: TAG.ended, Value: `2026-11-24T10:00:00Z ${current}` }
    await client.send(new TagResourceCommand({ SecretId, Tags: [ended] }))
    const from = events.length
    last = await apply(error.state, without)
    const deleted = events.slice(from).flatMap(({ kind, name }) => (kind === 'deleted' ? [name] : []))
    const order = ['rotation', 'first-value', 'policy', 'secret'].map((part) =>
      deleted.indexOf(`reporting-password-${part}`),
    )
    expect(order).toEqual([...order].sort((one, other) => one - other))
    expect(order).not.toContain(-1)
    expect((await client.send(new DescribeSecretCommand({ SecretId }))).DeletedDate).toBeDefined()
  })

  it('1.11: leaves no key alive at a provider when the stack is destroyed, and stops while one cannot be revoked', async () => {
    const live = () => ['openai', 'openrouter'].flatMap((provider) => program.upstream.keys.live(provider as 'openai'))
    await client.send(new RotateSecretCommand({ SecretId: 'keyturn/dev/openai' }))
    await program.cloud.cloud.rotations.idle()
    expect(live()).toHaveLength(3)
    const destroy = (state: StackState) =>
      applyStack({
        cloudUrl: program.cloud.url,
        stack: 'dev',
        config: {},
        configSecrets: [],
        program: async () => ({}),
        state,
      })

    const refused = { kind: 'error', code: 'refused', status: 400 } as const
    program.cloud.cloud.faults.add({ service: 'upstream', operation: 'DeleteKey', times: 1_000, effect: refused })
    const error: ApplyError = await destroy(last.state).catch((reason) => reason)
    expect(error.message).toMatch(/deleting .*-first-value failed: .*has not been ended/)
    expect(Object.keys(error.state.resources).some((urn) => urn.endsWith('::openai-secret'))).toBe(true)
    expect(live()).toHaveLength(3)

    program.cloud.cloud.faults.clear()
    await destroy(error.state)
    expect(live()).toEqual([])
    const { SecretList } = await client.send(new ListSecretsCommand({}))
    expect(SecretList).toEqual([])
  })
})
