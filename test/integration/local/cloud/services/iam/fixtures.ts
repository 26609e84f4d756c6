import { type RunningCloud, startCloud } from '../../../../../../local/cloud/start-cloud.ts'

export const ADMINISTRATOR = { accessKeyId: 'local', secretAccessKey: 'local' }

/** What every SDK client of a running cloud is given; one attempt, so that an error is seen at once. */
export const clientOptions = ({ url, cloud }: RunningCloud, credentials: object = ADMINISTRATOR) => ({
  endpoint: url,
  region: cloud.region,
  credentials: credentials as typeof ADMINISTRATOR,
  maxAttempts: 1,
})

export const startTestCloud = (options: Parameters<typeof startCloud>[0] = {}): Promise<RunningCloud> =>
  startCloud({ port: 0, lambda: { settleMs: 20 }, ...options })

export const policyText = (...statements: object[]): string =>
  JSON.stringify({ Version: '2012-10-17', Statement: statements })

export const trustService = (service: string): string =>
  policyText({ Sid: 'Trust', Effect: 'Allow', Principal: { Service: service }, Action: 'sts:AssumeRole' })
