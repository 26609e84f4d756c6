import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { AddPermissionCommand, InvokeCommand } from '@aws-sdk/client-lambda'
import { expect, test } from 'vitest'
import { servicePrincipal } from '../../../../../../local/cloud/services/iam/types.ts'
import { startCloud } from '../../../../../../local/cloud/start-cloud.ts'
import { setUpLambda } from './setup.ts'

test('E a function, its code and its policy survive a restart from saved state', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'keyturn-lambda-data-'))
  const dataDir = join(folder, 'data')
  const before = await setUpLambda({ dataDir })
  await before.create('kept', `exports.handler = async () => 'still here'`)
  await before.lambda.send(
    new AddPermissionCommand({
      FunctionName: 'kept',
      StatementId: 'Rotate',
      Action: 'lambda:InvokeFunction',
      Principal: 'secretsmanager.amazonaws.com',
    }),
  )
  const port = Number(new URL(before.running.url).port)
  await before.running.close()

  const running = await startCloud({ port, dataDir })
  const answer = await before.lambda.send(new InvokeCommand({ FunctionName: 'kept' }))
  expect(answer.Payload?.transformToString()).toBe('"still here"')
  const invoker = servicePrincipal('secretsmanager.amazonaws.com', '000000000000')
  expect(running.cloud.lambda.checkInvoke('kept', invoker)).toBe('allowed')
  before.lambda.destroy()
  before.iam.destroy()
  await running.close()
  rmSync(folder, { recursive: true })
})
