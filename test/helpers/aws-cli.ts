import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** Where packages put AWS CLI 2; an `aws` elsewhere on the path may be another major version. */
const PLACES = ['/usr/bin/aws', '/usr/local/bin/aws', '/opt/homebrew/bin/aws']

/** Where it is, if it is. */
export const aws = PLACES.find((place) => existsSync(place))

/**
 * Whether tests of the AWS CLI run: where it is installed, and always in CI, where a missing one is a failure. Elsewhere
 * `announce-missing.ts` says what was left out.
 */
export const withAwsCli = aws !== undefined || process.env.CI !== undefined

export interface CliResult {
  readonly status: number
  readonly stdout: string
  readonly stderr: string
}

/** The AWS CLI against a local cloud, as its administrator and without any configuration of the machine's user. */
export function awsCli(url: string): (...args: string[]) => Promise<CliResult> {
  if (!aws) throw new Error('The AWS CLI is missing, and this test is about it: apt-get install awscli')
  const env = {
    PATH: '/usr/bin:/bin',
    HOME: '/nonexistent',
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_REGION: 'eu-central-1',
    AWS_PAGER: '',
  }
  return async (...args) => {
    try {
      const { stdout, stderr } = await run(aws, ['--endpoint-url', url, '--output', 'json', ...args], { env })
      return { status: 0, stdout, stderr }
    } catch (error) {
      const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string }
      return { status: code, stdout, stderr }
    }
  }
}
