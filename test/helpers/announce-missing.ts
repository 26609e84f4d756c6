import { withAwsCli } from './aws-cli.ts'

/** Says at the end of a run what the machine had no program for, so that nothing is skipped silently. */
export function teardown(): void {
  if (withAwsCli) return
  console.warn(
    '\nLeft out: the tests that drive the local cloud with the AWS CLI, documented commands among them. To run them too: apt-get install awscli\n',
  )
}
