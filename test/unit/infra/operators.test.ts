import { describe, expect, it } from 'vitest'
import { operatorArns } from '../../../infra/operators.ts'

const ACCOUNT = '123456789012'

describe('operators (A1)', () => {
  it('are those that the config names', () => {
    expect(operatorArns(['arn:aws:iam::1:role/people'], 'arn:aws:iam::1:user/ci')).toEqual([
      'arn:aws:iam::1:role/people',
    ])
  })

  it('are else whoever deploys: a user, or the role behind a session', () => {
    expect(operatorArns(undefined, `arn:aws:iam::${ACCOUNT}:user/ci`)).toEqual([`arn:aws:iam::${ACCOUNT}:user/ci`])
    expect(operatorArns(undefined, `arn:aws:sts::${ACCOUNT}:assumed-role/deployer/session`)).toEqual([
      `arn:aws:iam::${ACCOUNT}:role/deployer`,
    ])
    expect(operatorArns(undefined, `arn:aws-cn:sts::${ACCOUNT}:assumed-role/deployer/a@b`)).toEqual([
      `arn:aws-cn:iam::${ACCOUNT}:role/deployer`,
    ])
  })

  it('must be named when single sign-on hides the path of the role', () => {
    const session = `arn:aws:sts::${ACCOUNT}:assumed-role/AWSReservedSSO_Admin_0123456789abcdef/ada`
    expect(() => operatorArns(undefined, session)).toThrow(
      expect.objectContaining({
        code: 'operators-needed',
        kind: 'needs-human',
        message: expect.stringContaining('keyturn:operators'),
      }),
    )
  })
})
