import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs'
import { ECSClient } from '@aws-sdk/client-ecs'
import { EventBridgeClient } from '@aws-sdk/client-eventbridge'
import { IAMClient } from '@aws-sdk/client-iam'
import { KMSClient } from '@aws-sdk/client-kms'
import { LambdaClient } from '@aws-sdk/client-lambda'
import { SchedulerClient } from '@aws-sdk/client-scheduler'
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import { SNSClient } from '@aws-sdk/client-sns'
import { STSClient } from '@aws-sdk/client-sts'

/** The keys under which resources are made. */
export interface DeployerCredentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string
}

const ADMINISTRATOR: DeployerCredentials = { accessKeyId: 'local', secretAccessKey: 'local' }

/** One SDK client for each service that resources are made in. */
export interface Clients {
  readonly ecs: ECSClient
  readonly events: EventBridgeClient
  readonly iam: IAMClient
  readonly kms: KMSClient
  readonly lambda: LambdaClient
  readonly logs: CloudWatchLogsClient
  readonly scheduler: SchedulerClient
  readonly secretsManager: SecretsManagerClient
  readonly sns: SNSClient
  readonly sts: STSClient
  /** Closes their connections. */
  destroy(): void
}

/** As the local account's administrator unless `credentials` are given. */
export function createClients(endpoint: string, region: string, credentials = ADMINISTRATOR): Clients {
  const options = { endpoint, region, credentials }
  const clients = {
    ecs: new ECSClient(options),
    events: new EventBridgeClient(options),
    iam: new IAMClient(options),
    kms: new KMSClient(options),
    lambda: new LambdaClient(options),
    logs: new CloudWatchLogsClient(options),
    scheduler: new SchedulerClient(options),
    secretsManager: new SecretsManagerClient(options),
    sns: new SNSClient(options),
    sts: new STSClient(options),
  }
  return {
    ...clients,
    destroy: () => {
      for (const client of Object.values(clients)) client.destroy()
    },
  }
}
