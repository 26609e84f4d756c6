import { describe, expect, it } from 'vitest'
import { readDeployer } from '../../../../infra/account/deployer.ts'

const ACCOUNT = '123456789012'
const session = (role: string) => `arn:aws:sts::${ACCOUNT}:assumed-role/${role}/ada`
const SSO = 'AWSReservedSSO_Admin_0123456789abcdef'
const SSO_ARN = `arn:aws:iam::${ACCOUNT}:role/aws-reserved/sso.amazonaws.com/eu-central-1/${SSO}`

const roles = (...arns: string[]) => {
  return async (name: string): Promise<string> => {
    const arn = arns.find((one) => one.endsWith(`/${name}`))
    if (arn === undefined) throw new Error('AccessDenied')
    return arn
  }
}

describe('the identity that deploys (A1)', () => {
  it('is the operator where the config names none: a user, or the account', async () => {
    for (const arn of [`arn:aws:iam::${ACCOUNT}:user/team/ci`, `arn:aws:iam::${ACCOUNT}:root`]) {
      expect(await readDeployer(undefined, arn, roles())).toEqual({ arn, operators: [arn] })
    }
  })

  it('is the role behind a session with its path, which the session leaves out', async () => {
    for (const arn of [`arn:aws-cn:iam::${ACCOUNT}:role/deployer`, `arn:aws:iam::${ACCOUNT}:role/teams/ci/deployer`]) {
      expect(await readDeployer(undefined, session('deployer'), roles(arn))).toEqual({ arn, operators: [arn] })
    }
    expect((await readDeployer(undefined, session(SSO), roles(SSO_ARN))).arn).toBe(SSO_ARN)
  })

  it('must be told when its role cannot be read, with the command that tells it', async () => {
    for (const configured of [undefined, [`arn:aws:iam::${ACCOUNT}:role/people`]]) {
      await expect(readDeployer(configured, session('deployer'), roles())).rejects.toMatchObject({
        code: 'operators-needed',
        kind: 'needs-human',
        message: expect.stringContaining('aws iam get-role --role-name deployer --query Role.Arn'),
      })
    }
  })

  it('may be any of the operators that the config names', async () => {
    const people = `arn:aws:iam::${ACCOUNT}:role/people`
    const arn = `arn:aws:iam::${ACCOUNT}:role/teams/deployer`
    const operators = [people, arn]
    expect(await readDeployer(operators, session('deployer'), roles(arn))).toEqual({ arn, operators })
    expect(await readDeployer(operators, session('deployer'), roles())).toEqual({ arn, operators })
    const wild = [`arn:aws:iam::${ACCOUNT}:role/aws-reserved/sso.amazonaws.com/*/AWSReservedSSO_Admin_*`]
    expect((await readDeployer(wild, session(SSO), roles(SSO_ARN))).operators).toEqual(wild)
  })

  it.each([
    ['another role', `arn:aws:iam::${ACCOUNT}:role/people`],
    ['the role without its path', `arn:aws:iam::${ACCOUNT}:role/deployer`],
    ['a name that only begins alike', `arn:aws:iam::${ACCOUNT}:role/teams/deployer2`],
    ['a user of that name', `arn:aws:iam::${ACCOUNT}:user/teams/deployer`],
  ])('is refused where the operators name %s instead, with the ARN to add', async (_what, operator) => {
    const arn = `arn:aws:iam::${ACCOUNT}:role/teams/deployer`
    await expect(readDeployer([operator], session('deployer'), roles(arn))).rejects.toMatchObject({
      code: 'operators-without-deployer',
      kind: 'needs-human',
      message: expect.stringContaining(`Add it to the list: ${arn}`),
    })
  })
})
