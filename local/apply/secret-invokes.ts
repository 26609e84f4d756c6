import {
  DescribeSecretCommand,
  GetResourcePolicyCommand,
  paginateListSecrets,
  paginateListSecretVersionIds,
} from '@aws-sdk/client-secrets-manager'
import { z } from 'zod'
import type { Properties } from './properties.ts'
import type { ResourceContext } from './resource.ts'

type Context = Pick<ResourceContext, 'clients' | 'region'>

const filters = z
  .array(z.object({ name: z.enum(['name', 'tag-key', 'tag-value', 'description']), values: z.array(z.string()) }))
  .default([])

/** `aws.secretsmanager.getSecrets`: those that are not scheduled for deletion. */
export async function getSecrets(inputs: Properties, { clients, region }: Context): Promise<Properties> {
  const Filters = filters.parse(inputs.filters).map(({ name, values }) => ({ Key: name, Values: values }))
  const arns: string[] = []
  const names: string[] = []
  for await (const { SecretList = [] } of paginateListSecrets({ client: clients.secretsManager }, { Filters })) {
    for (const { ARN = '', Name = '' } of SecretList) {
      arns.push(ARN)
      names.push(Name)
    }
  }
  return { ...inputs, id: region, region, arns, names }
}

/** `aws.secretsmanager.getSecret`, by ARN or name. */
export async function getSecret(inputs: Properties, { clients, region }: Context): Promise<Properties> {
  const { arn, name } = z.object({ arn: z.string().optional(), name: z.string().optional() }).parse(inputs)
  const SecretId = arn ?? name
  const found = await clients.secretsManager.send(new DescribeSecretCommand({ SecretId }))
  const { ResourcePolicy } = await clients.secretsManager.send(new GetResourcePolicyCommand({ SecretId }))
  return {
    id: found.ARN,
    arn: found.ARN,
    name: found.Name,
    region,
    description: found.Description ?? '',
    kmsKeyId: found.KmsKeyId ?? '',
    policy: ResourcePolicy ?? '',
    createdDate: found.CreatedDate?.toISOString() ?? '',
    lastChangedDate: found.LastChangedDate?.toISOString() ?? '',
    tags: Object.fromEntries((found.Tags ?? []).map(({ Key = '', Value = '' }) => [Key, Value])),
  }
}

/** `aws.secretsmanager.getSecretVersions`: those that carry a label. */
export async function getSecretVersions(inputs: Properties, { clients, region }: Context): Promise<Properties> {
  const { secretId } = z.object({ secretId: z.string() }).parse(inputs)
  const pages = paginateListSecretVersionIds({ client: clients.secretsManager }, { SecretId: secretId })
  const versions: Properties[] = []
  let arn: string | undefined
  let name: string | undefined
  for await (const page of pages) {
    arn = page.ARN
    name = page.Name
    for (const { VersionId, VersionStages = [], CreatedDate, LastAccessedDate } of page.Versions ?? []) {
      versions.push({
        versionId: VersionId,
        versionStages: VersionStages,
        createdTime: CreatedDate?.toISOString() ?? '',
        lastAccessedDate: LastAccessedDate?.toISOString() ?? '',
      })
    }
  }
  return { ...inputs, region, arn, name, secretArn: arn, secretName: name, versions }
}
