import { PutSecretValueCommand } from '@aws-sdk/client-secrets-manager'
import { z } from 'zod'
import { common, defineResource } from '../../resource.ts'

const inputs = z.strictObject({
  ...common,
  secretId: z.string(),
  secretString: z.string().optional(),
  secretStringWo: z.string().optional(),
  secretStringWoVersion: z.int().optional(),
  versionStages: z.array(z.string()).optional(),
})

/** A replaced version is left to Secrets Manager, which drops it once no label points to it. */
export const secretVersion = defineResource({
  inputs,
  create: async ({ secretId, secretString, secretStringWo, versionStages }, { clients, random }) => {
    const { ARN, VersionId, VersionStages } = await clients.secretsManager.send(
      new PutSecretValueCommand({
        SecretId: secretId,
        SecretString: secretString ?? secretStringWo,
        VersionStages: versionStages,
        ClientRequestToken: random.uuid(),
      }),
    )
    return {
      id: `${ARN}|${VersionId}`,
      outputs: {
        arn: ARN,
        secretArn: ARN,
        versionId: VersionId,
        versionStages: VersionStages ?? [],
        hasSecretStringWo: secretStringWo !== undefined,
        secretStringWo: undefined,
      },
    }
  },
})
