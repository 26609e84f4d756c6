import { readFile } from 'node:fs/promises'
import {
  CreateRoleCommand,
  CreateServiceLinkedRoleCommand,
  DeleteRolePolicyCommand,
  IAMClient,
  PutRolePolicyCommand,
} from '@aws-sdk/client-iam'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ApplyError } from '../../../local/apply/errors.ts'
import { clientOptions } from '../../helpers/apply/apply-to.ts'
import { type ShippedProgram, shippedProgram } from '../../helpers/apply/shipped-program.ts'

const policyFile = new URL('../../../docs/deployer-policy.json', import.meta.url)
const SHIPPED = {}

let program: ShippedProgram
let iam: IAMClient

beforeEach(async () => {
  program = await shippedProgram()
  iam = new IAMClient(clientOptions(program.cloud))
}, 60_000)
afterEach(async () => {
  iam?.destroy()
  await program?.close()
})

/** A session of a role that has the policy which docs/first-deployment.md asks for. */
async function deployer(Path = '/'): Promise<{ accessKeyId: string; secretAccessKey: string; sessionToken: string }> {
  const Principal = { AWS: 'arn:aws:iam::000000000000:root' }
  const trust = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 'sts:AssumeRole', Principal }] }
  const { Role } = await iam.send(
    new CreateRoleCommand({ RoleName: 'platform', Path, AssumeRolePolicyDocument: JSON.stringify(trust) }),
  )
  await allow()
  return program.cloud.cloud.iam.issueCredentials(Role?.Arn ?? '', 'ada')
}

async function allow(which: (statement: { Sid: string }) => boolean = () => true): Promise<void> {
  const policy = JSON.parse(await readFile(policyFile, 'utf8'))
  const PolicyDocument = JSON.stringify({ ...policy, Statement: policy.Statement.filter(which) })
  await iam.send(new PutRolePolicyCommand({ RoleName: 'platform', PolicyName: 'deploy', PolicyDocument }))
}

describe('a deployer that is a role, with the policy that the documentation asks for (A1)', () => {
  it('brings the whole shipped stack up: Secrets Manager validates each key on its behalf', async () => {
    const { changes } = await program.apply(SHIPPED, { credentials: await deployer() })
    expect(changes.length).toBeGreaterThan(70)
    const validations = program.cloud.cloud.journal
      .entries()
      .filter(({ operation }) => operation === 'CreateSecret')
      .map(({ authorizations }) => authorizations.map(({ action }) => action))
    expect(validations).toHaveLength(7)
    for (const actions of validations)
      expect(actions).toEqual(expect.arrayContaining(['kms:GenerateDataKey', 'kms:Decrypt']))
  }, 120_000)

  it('without leave to have ECS’s own role made is told so, as AWS tells it, and the documented command mends it', async () => {
    const credentials = await deployer()
    await allow((statement) => statement.Sid !== 'ServiceLinkedRoles')
    const attempt = program.apply(SHIPPED, { credentials })
    const error: ApplyError = await attempt.then(
      () => expect.fail('it came up'),
      (reason) => reason,
    )
    expect(error.message).toMatch(/Unable to assume the service linked role\. Please verify/)
    await iam.send(new CreateServiceLinkedRoleCommand({ AWSServiceName: 'ecs.amazonaws.com' }))
    await program.apply(SHIPPED, { credentials, state: error.state })
    await expect(iam.send(new CreateServiceLinkedRoleCommand({ AWSServiceName: 'ecs.amazonaws.com' }))).rejects.toThrow(
      /AWSServiceRoleForECS has been taken in this account/,
    )
  }, 120_000)

  it('is named in every policy with its path, which its session leaves out', async () => {
    await program.apply(undefined, { credentials: await deployer('/teams/platform/') })
    const arn = 'arn:aws:iam::000000000000:role/teams/platform/platform'
    const { kms, secretsManager } = program.cloud.cloud.state
    const keys = Object.values(kms.keys).filter(({ manager }) => manager === 'CUSTOMER')
    expect(keys).toHaveLength(3)
    for (const { policy } of keys) expect(policy.split(`"${arn}"`)).toHaveLength(3)
    for (const { resourcePolicy } of Object.values(secretsManager.secrets)) expect(resourcePolicy).toContain(arn)
  }, 120_000)

  it('is refused before anything is made, where the operators leave it out or its role cannot be read', async () => {
    const people = { 'keyturn:operators': ['arn:aws:iam::000000000000:role/people'], 'keyturn:proxy': undefined }
    const credentials = await deployer('/teams/')
    await expect(program.apply(people, { credentials })).rejects.toThrow(
      /"keyturn:operators" leaves out .* Add it to the list: arn:aws:iam::000000000000:role\/teams\/platform$/,
    )
    await iam.send(new DeleteRolePolicyCommand({ RoleName: 'platform', PolicyName: 'deploy' }))
    await expect(program.apply(undefined, { credentials })).rejects.toThrow(/aws iam get-role --role-name platform/)
    expect(program.cloud.cloud.state.kms.keys).toEqual({})
  }, 120_000)
})
