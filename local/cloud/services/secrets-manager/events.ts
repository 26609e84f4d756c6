import type { Cloud } from '../../cloud.ts'
import type { SecretRecord } from './state.ts'

const SILENT = ['AWSPENDING', 'AWSPREVIOUS']

/** EventBridge's native event; it fires for AWSCURRENT and for custom labels only. */
export function labelUpdated(cloud: Cloud, secret: SecretRecord, label: string, versionId: string): void {
  if (SILENT.includes(label)) return
  cloud.events.emit({
    source: 'aws.secretsmanager',
    detailType: 'Secret Label Updated',
    resources: [secret.arn],
    detail: { name: secret.name, labelUpdated: label, versionId },
  })
}

export type RotationEventName = 'RotationStarted' | 'RotationSucceeded' | 'RotationFailed' | 'RotationAbandoned'

/** What CloudTrail passes on about a rotation. */
export function rotationEvent(cloud: Cloud, secret: SecretRecord, eventName: RotationEventName, token: string): void {
  cloud.events.emit({
    source: 'aws.secretsmanager',
    detailType: 'AWS Service Event via CloudTrail',
    resources: [secret.arn],
    detail: {
      eventVersion: '1.08',
      userIdentity: { accountId: cloud.accountId, invokedBy: 'secretsmanager.amazonaws.com' },
      eventTime: cloud.clock.now().toISOString(),
      eventSource: 'secretsmanager.amazonaws.com',
      eventName,
      awsRegion: cloud.region,
      eventType: 'AwsServiceEvent',
      additionalEventData: { SecretId: secret.arn, ClientRequestToken: token },
    },
  })
}
