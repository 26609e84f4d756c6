import { KMSClient, ListAliasesCommand } from '@aws-sdk/client-kms'
import { iam, kms } from '@pulumi/aws'
import { ComponentResource, Config, secret } from '@pulumi/pulumi'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ProblemsError } from '../../../../core/errors.ts'
import type { ApplyOptions } from '../../../../local/apply/apply.ts'
import type { ApplyError } from '../../../../local/apply/errors.ts'
import type { ProgressEvent } from '../../../../local/apply/progress.ts'
import { findKey } from '../../../../local/cloud/services/kms/key.ts'
import { type RunningCloud, startCloud } from '../../../../local/cloud/start-cloud.ts'
import { applyTo, clientOptions } from '../../../helpers/apply/apply-to.ts'

const TRUST = { Version: '2012-10-17', Statement: [] }

let cloud: RunningCloud
let client: KMSClient

beforeEach(async () => {
  cloud = await startCloud({ port: 0 })
  client = new KMSClient(clientOptions(cloud))
})

afterEach(async () => {
  client.destroy()
  await cloud.close()
})

type Program = ApplyOptions['program']

const apply = applyTo(() => cloud)

const keyAndAlias = (description = 'one', aliasName = 'alias/main'): Program => {
  return async () => {
    const key = new kms.Key('main', { description, tags: { owner: 'team' } })
    const alias = new kms.Alias('main', { name: aliasName, targetKeyId: key.keyId })
    return { keyArn: key.arn, alias: alias.name }
  }
}

const aliases = async () => {
  const { Aliases } = await client.send(new ListAliasesCommand({}))
  return Aliases?.map(({ AliasName }) => AliasName).filter((name) => !name?.startsWith('alias/aws/'))
}
const keys = () => Object.values(cloud.cloud.state.kms.keys)
const keyOf = (alias: string) => findKey(cloud.cloud, alias)

describe('applyStack (E)', () => {
  it('makes what the program declares, dependencies first, and hands real outputs back', async () => {
    const events: ProgressEvent[] = []
    const { outputs, resources, changes } = await apply(keyAndAlias(), { onProgress: (event) => events.push(event) })

    expect(resources).toEqual({ 'aws:kms/key:Key': 1, 'aws:kms/alias:Alias': 1 })
    expect(outputs.keyArn).toMatch(/^arn:aws:kms:eu-central-1:000000000000:key\//)
    expect(keyOf('alias/main')).toMatchObject({ arn: outputs.keyArn, description: 'one' })
    expect(events.map(({ kind, type }) => `${kind} ${type}`)).toEqual([
      'creating aws:kms/key:Key',
      'created aws:kms/key:Key',
      'creating aws:kms/alias:Alias',
      'created aws:kms/alias:Alias',
    ])
    expect(changes.map(({ action }) => action)).toEqual(['create', 'create'])
  })

  it('leaves everything alone the second time, and updates in place what changed', async () => {
    const first = await apply(keyAndAlias())
    const second = await apply(keyAndAlias(), { state: first.state })
    expect(second.changes.map(({ action }) => action)).toEqual(['unchanged', 'unchanged'])
    expect(second.outputs).toEqual(first.outputs)

    const third = await apply(keyAndAlias('two'), { state: second.state })
    expect(third.changes).toMatchObject([
      { action: 'update', type: 'aws:kms/key:Key', changed: ['description'] },
      { action: 'unchanged', type: 'aws:kms/alias:Alias' },
    ])
    expect(third.outputs).toEqual(first.outputs)
    expect(keyOf('alias/main').description).toBe('two')
  })

  it('survives its state being saved as JSON', async () => {
    const { state } = await apply(keyAndAlias())
    const saved = JSON.parse(JSON.stringify(state))
    const again = await apply(keyAndAlias(), { state: saved })
    expect(again.changes.every(({ action }) => action === 'unchanged')).toBe(true)
  })

  it('replaces what cannot be changed, and removes the old one after the new one stands', async () => {
    const first = await apply(keyAndAlias())
    const kinds: string[] = []
    const onProgress = ({ kind, type }: ProgressEvent) => kinds.push(`${kind} ${type}`)
    const second = await apply(keyAndAlias('one', 'alias/other'), { state: first.state, onProgress })
    expect(second.outputs.alias).toBe('alias/other')
    expect(kinds.slice(-4)).toEqual([
      'replacing aws:kms/alias:Alias',
      'replaced aws:kms/alias:Alias',
      'deleting aws:kms/alias:Alias',
      'deleted aws:kms/alias:Alias',
    ])
    expect(await aliases()).toEqual(['alias/other'])
    expect(second.state.pendingDelete).toEqual([])
  })

  it('deletes what the program no longer has, dependents first', async () => {
    const { state } = await apply(keyAndAlias())
    const deleted: string[] = []
    const onProgress = ({ kind, type }: ProgressEvent) => kind === 'deleted' && deleted.push(type)
    const emptied = await apply(async () => ({}), { state, onProgress })
    expect(deleted).toEqual(['aws:kms/alias:Alias', 'aws:kms/key:Key'])
    expect(emptied.resources).toEqual({})
    expect(keys().map(({ state }) => state)).toEqual(['PendingDeletion'])
  })

  it('part of A14: deletes nothing at all when something protected would go', async () => {
    const program: Program = async () => {
      const key = new kms.Key('main', {}, { protect: true })
      new kms.Alias('main', { name: 'alias/main', targetKeyId: key.keyId })
      return {}
    }
    const { state } = await apply(program)
    const error: ApplyError = await apply(async () => ({}), { state }).catch((reason) => reason)
    expect(error.message).toContain('urn:pulumi:dev::keyturn::aws:kms/key:Key::main is protected')
    expect(error.message).toContain('protect: false')
    expect(await aliases()).toEqual(['alias/main'])
    expect(error.state.resources).toHaveProperty('urn:pulumi:dev::keyturn::aws:kms/key:Key::main')
  })

  it('previews creations, updates and deletions and does none of them', async () => {
    const fresh = await apply(keyAndAlias(), { dryRun: true })
    expect(fresh.changes.map(({ action }) => action)).toEqual(['create', 'create'])
    expect(keys()).toEqual([])

    const { state } = await apply(keyAndAlias())
    const program: Program = async () => {
      const key = new kms.Key('main', { description: 'two' })
      const role = new iam.Role('role', { assumeRolePolicy: TRUST as never, description: key.arn })
      return { role: role.arn }
    }
    const preview = await apply(program, { state, dryRun: true })
    expect(preview.changes.map(({ action, type }) => `${action} ${type}`)).toEqual([
      'update aws:kms/key:Key',
      'create aws:iam/role:Role',
      'delete aws:kms/alias:Alias',
    ])
    expect(preview.state).toEqual(state)
    expect(await aliases()).toEqual(['alias/main'])
  })

  it('names the resource and the error of AWS when a call fails, and goes on from there the next time', async () => {
    cloud.cloud.faults.add({
      service: 'kms',
      operation: 'CreateAlias',
      effect: { kind: 'error', code: 'InvalidAliasNameException', message: 'no such name' },
    })
    const error: ApplyError = await apply(keyAndAlias()).catch((reason) => reason)
    expect(error).toMatchObject({ code: 'apply-failed', urn: 'urn:pulumi:dev::keyturn::aws:kms/alias:Alias::main' })
    expect(error.message).toBe(
      'creating urn:pulumi:dev::keyturn::aws:kms/alias:Alias::main failed: InvalidAliasNameException: no such name',
    )
    const [keyId] = keys()

    const { changes } = await apply(keyAndAlias(), { state: error.state })
    expect(changes.map(({ action }) => action)).toEqual(['unchanged', 'create'])
    expect(keys()).toEqual([keyId])
  })

  it('refuses a resource type and an input that nothing here acts on, in a preview too', async () => {
    const unknownType: Program = async () => {
      new kms.ReplicaKey('replica', { primaryKeyArn: 'arn:aws:kms:us-east-1:000000000000:key/x' })
      return {}
    }
    await expect(apply(unknownType)).rejects.toThrow('not implemented: aws:kms/replicaKey:ReplicaKey')
    const unknownInput: Program = async () => {
      new kms.Key('main', { xksKeyId: 'x', customKeyStoreId: 'y' })
      return {}
    }
    await expect(apply(unknownInput, { dryRun: true })).rejects.toThrow(/not implemented.*xksKeyId/)
    await expect(apply(unknownInput)).rejects.toThrow(/aws:kms\/key:Key::main failed: not implemented.*xksKeyId/)
    expect(keys()).toEqual([])
  })

  it("keeps the program's own error, code, problems and all", async () => {
    const problems = new ProblemsError('config-invalid', 'two mistakes', [
      { path: 'secrets[0].grace', message: 'too long' },
      { path: 'secrets[1].name', message: 'taken' },
    ])
    const error: ApplyError = await apply(() => Promise.reject(problems)).catch((reason) => reason)
    expect(error).toMatchObject({ code: 'config-invalid', cause: problems })
    expect(error.message).toBe(problems.message)
  })

  it('shows no secret in state, outputs or changes, and none in the environment', async () => {
    const canary = 'canary-3f9a1c77'
    const program: Program = async () => {
      const token = new Config('keyturn').requireSecret('token')
      const key = new kms.Key('main', { description: token, tags: { deep: secret(`${canary}-tag`) } })
      return { token, description: key.description, arn: key.arn }
    }
    const config = { config: { 'keyturn:token': canary }, configSecrets: ['keyturn:token'] }
    const applied = await apply(program, config)
    expect(JSON.stringify(applied)).not.toContain(canary)
    expect(applied.outputs).toMatchObject({ token: '[secret]', description: '[secret]' })
    expect(JSON.stringify(process.env)).not.toContain(canary)
    expect(keys().map(({ description }) => description)).toEqual([canary])

    const again = await apply(program, { ...config, state: applied.state })
    expect(again.changes.map(({ action }) => action)).toEqual(['unchanged'])
    const renewed = { ...config, config: { 'keyturn:token': `${canary}-new` } }
    const changed = await apply(program, { ...renewed, state: again.state })
    expect(changed.changes).toMatchObject([{ action: 'update', changed: ['description'] }])
  })

  it('follows components in URNs and counts only what exists in AWS', async () => {
    const program: Program = async () => {
      const group = new ComponentResource('keyturn:infra:Group', 'main')
      new kms.Key('main', {}, { parent: group })
      return {}
    }
    const { state, resources } = await apply(program)
    expect(Object.keys(state.resources)).toContain('urn:pulumi:dev::keyturn::keyturn:infra:Group$aws:kms/key:Key::main')
    expect(resources).toEqual({ 'aws:kms/key:Key': 1 })
  })

  it('runs two stacks at a time without mixing them', async () => {
    const named =
      (name: string): Program =>
      async () => {
        const key = new kms.Key(name, { description: new Config('keyturn').require('name') })
        return { description: key.description }
      }
    const [one, two] = await Promise.all([
      apply(named('one'), { stack: 'one', config: { 'keyturn:name': 'first' } }),
      apply(named('two'), { stack: 'two', config: { 'keyturn:name': 'second' } }),
    ])
    expect([one.outputs.description, two.outputs.description]).toEqual(['first', 'second'])
    expect(one.state.resources).toHaveProperty('urn:pulumi:one::keyturn::aws:kms/key:Key::one')
    expect(two.resources).toEqual({ 'aws:kms/key:Key': 1 })
  })
})
