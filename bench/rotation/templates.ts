/**
 * The Secrets Manager calls that AWS's own rotation templates make when nothing goes wrong, step by step as their
 * source has them. The generic template's setSecret and testSecret are left to whoever uses it, so its count is what
 * remains when those make no call of their own.
 */
export interface Template {
  readonly name: string
  readonly source: string
  readonly calls: Readonly<Record<'createSecret' | 'setSecret' | 'testSecret' | 'finishSecret', readonly string[]>>
}

const source = (commit: string, folder: string): string =>
  `https://github.com/aws-samples/aws-secrets-manager-rotation-lambdas/blob/${commit}/${folder}/lambda_function.py`

const CREATE = ['DescribeSecret', 'GetSecretValue', 'GetSecretValue', 'GetRandomPassword', 'PutSecretValue']
const FINISH = ['DescribeSecret', 'DescribeSecret', 'UpdateSecretVersionStage']

export const templates: readonly Template[] = [
  {
    name: 'generic template',
    source: source('d44f9887ec9cd5bd17fd0186fc1e7ceb16b0a050', 'SecretsManagerRotationTemplate'),
    calls: {
      createSecret: CREATE,
      setSecret: ['DescribeSecret'],
      testSecret: ['DescribeSecret'],
      finishSecret: FINISH,
    },
  },
  {
    name: 'PostgreSQL single user',
    source: source('76d92360dd8c489dc2eeb4a1d0640d4d9b1dccfe', 'SecretsManagerRDSPostgreSQLRotationSingleUser'),
    calls: {
      createSecret: CREATE,
      setSecret: ['DescribeSecret', 'GetSecretValue', 'GetSecretValue', 'GetSecretValue'],
      testSecret: ['DescribeSecret', 'GetSecretValue'],
      finishSecret: FINISH,
    },
  },
]

export const countCalls = ({ calls }: Template): number => Object.values(calls).flat().length
