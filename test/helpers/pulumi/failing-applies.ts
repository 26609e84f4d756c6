import { iam, kms } from '@pulumi/aws'
import { type ApplyOptions, applyStack } from '../../../local/apply/apply.ts'
import { startCloud } from '../../../local/cloud/start-cloud.ts'

/** Applies programs that fail in the ways a program can, and prints each error's message as a line of JSON. */
const cloud = await startCloud({ port: 0 })

const messageOf = (program: ApplyOptions['program']): Promise<string> =>
  applyStack({ cloudUrl: cloud.url, stack: 'dev', config: {}, configSecrets: [], program }).then(
    () => 'no error',
    (error: Error) => error.message,
  )

const inResource = await messageOf(async () => {
  const key = new kms.Key('main', { policy: 'not a policy' })
  new kms.Alias('main', { name: 'alias/main', targetKeyId: key.keyId })
  return { arn: key.arn }
})
const inApply = await messageOf(async () => {
  const key = new kms.Key('main')
  const description = key.arn.apply((): string => {
    throw new Error('thrown in apply')
  })
  new iam.Role('role', { assumeRolePolicy: '{}', description })
  return {}
})
const inProgram = await messageOf(() => Promise.reject(new Error('thrown in program')))
console.log(JSON.stringify({ inResource, inApply, inProgram }))
await cloud.close()
