import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CreateRoleCommand, IAMClient } from '@aws-sdk/client-iam'
import { CreateScheduleCommand, SchedulerClient } from '@aws-sdk/client-scheduler'
import { CreateTopicCommand, PublishCommand, SNSClient } from '@aws-sdk/client-sns'
import { expect, it, onTestFinished } from 'vitest'
import { MINUTE } from '../../../../../../core/clock.ts'
import { type RunningCloud, startCloud } from '../../../../../../local/cloud/start-cloud.ts'
import { clientOptions, trustService } from '../iam/fixtures.ts'

it('a restarted cloud still knows its roles, sessions, topics and schedules, and fires on (E)', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'keyturn-'))
  onTestFinished(() => rm(dataDir, { recursive: true }))
  const start = (): Promise<RunningCloud> => startCloud({ port: 0, dataDir })

  const before = await start()
  const options = clientOptions(before)
  await new IAMClient(options).send(
    new CreateRoleCommand({ RoleName: 'r', AssumeRolePolicyDocument: trustService('scheduler.amazonaws.com') }),
  )
  await new SNSClient(options).send(new CreateTopicCommand({ Name: 't' }))
  const TopicArn = 'arn:aws:sns:eu-central-1:000000000000:t'
  await new SNSClient(options).send(new PublishCommand({ TopicArn, Message: 'kept' }))
  await new SchedulerClient(options).send(
    new CreateScheduleCommand({
      Name: 's',
      ScheduleExpression: 'cron(0/5 * * * ? *)',
      FlexibleTimeWindow: { Mode: 'OFF' },
      Target: {
        Arn: 'arn:aws:lambda:eu-central-1:000000000000:function:gone',
        RoleArn: 'arn:aws:iam::000000000000:role/r',
        RetryPolicy: { MaximumRetryAttempts: 0 },
      },
    }),
  )
  const session = before.cloud.iam.issueCredentials('arn:aws:iam::000000000000:role/r', 'kept')
  await before.close()

  const after = await start()
  onTestFinished(() => after.close())
  const { cloud } = after
  expect(cloud.iam.principalFor(session.accessKeyId, session.sessionToken)?.arn).toMatch(/assumed-role\/r\/kept$/)
  expect(cloud.state.sns.topics[TopicArn]?.messages[0]?.message).toBe('kept')
  const next = cloud.state.scheduler.schedules['default/s']?.nextAt ?? ''

  await cloud.clock.advance(6 * MINUTE)

  const later = cloud.state.scheduler.schedules['default/s']?.nextAt ?? ''
  expect(Date.parse(later) - Date.parse(next)).toBeGreaterThanOrEqual(5 * MINUTE)
})
