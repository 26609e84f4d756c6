import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { issueLoopbackCertificate } from '../../../../../../local/cloud/certificate.ts'
import { lambdaOf } from '../../../../../../local/cloud/services/lambda/create-lambda.ts'
import { type RunningUpstream, startUpstream } from '../../../../../../local/providers/start-upstream.ts'
import { type LambdaSetup, setUpLambda } from './setup.ts'

const ADMIN = 'sk-admin-for-tests'
const MINT = `exports.handler = async ({ url }) => {
  const answer = await fetch(url + '/openai/v1/organization/projects/p/service_accounts', {
    method: 'POST', body: JSON.stringify({ name: 'kt-1' }), headers: { authorization: 'Bearer ${ADMIN}' } })
  return answer.status
}`

let folder: string
let setup: LambdaSetup
let upstream: RunningUpstream

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'keyturn-target-'))
  const certificate = await issueLoopbackCertificate()
  const ca = join(folder, 'ca.pem')
  writeFileSync(ca, certificate.caPem)
  setup = await setUpLambda({ lambda: { environment: { NODE_EXTRA_CA_CERTS: ca } } })
  const { cloud } = setup.running
  upstream = await startUpstream({
    port: 0,
    clock: cloud.clock,
    faults: cloud.faults,
    certificate,
    adminKeys: { openai: [ADMIN] },
    onKill: () => lambdaOf(cloud).killFunction('mint'),
  })
  await setup.create('mint', MINT)
})

afterAll(async () => {
  await setup.close()
  await upstream.close()
  rmSync(folder, { recursive: true })
})

test.each([
  ['before', 0],
  ['after', 1],
] as const)(
  'B1 a function killed %s the target’s effect leaves %i key, and a retry gets through',
  async (when, left) => {
    const keys = (): number => upstream.keys.live('openai').length
    const atFirst = keys()
    setup.running.cloud.faults.add({ service: 'upstream', operation: 'CreateKey', effect: { kind: 'kill', when } })
    const { error, payload } = await setup.invoke('mint', { url: upstream.url })
    expect({ error, type: payload.errorType }).toEqual({ error: 'Unhandled', type: 'Runtime.ExitError' })
    expect(keys() - atFirst).toBe(left)
    expect((await setup.invoke('mint', { url: upstream.url })).payload).toBe(200)
  },
)
