import { z } from 'zod'
import { parseInput } from '../../parse-input.ts'
import type { Call } from '../../service.ts'
import { filterList, passes } from '../filters.ts'
import { metadata, stagesByVersion } from '../metadata.ts'
import { paginate } from '../paginate.ts'
import type { SecretRecord } from '../state.ts'

const schema = z.object({
  IncludePlannedDeletion: z.boolean().default(false),
  MaxResults: z.int().min(1).max(100).default(100),
  NextToken: z.string().optional(),
  Filters: filterList,
  SortOrder: z.enum(['asc', 'desc']).default('asc'),
  SortBy: z.enum(['created-date', 'last-accessed-date', 'last-changed-date', 'name']).default('created-date'),
})

type SortKey = z.output<typeof schema>['SortBy']

/** https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_ListSecrets.html */
export function listSecrets(input: unknown, call: Call): unknown {
  const options = parseInput(schema, input)
  const { cloud } = call
  call.authorize('secretsmanager:ListSecrets', '*')
  const secrets = Object.values(cloud.state.secretsManager.secrets)
    .filter(({ deletionAt }) => options.IncludePlannedDeletion || deletionAt === undefined)
    .filter((secret) => passes(cloud, secret, options.Filters))
    .sort((one, other) => sortText(one, options.SortBy).localeCompare(sortText(other, options.SortBy)))
  if (options.SortOrder === 'desc') secrets.reverse()
  const page = paginate(secrets, options.MaxResults, options.NextToken)
  return {
    SecretList: page.items.map((secret) => ({
      ...metadata(secret),
      SecretVersionsToStages: stagesByVersion(secret),
    })),
    NextToken: page.NextToken,
  }
}

function sortText(secret: SecretRecord, by: SortKey): string {
  if (by === 'name') return secret.name
  if (by === 'last-accessed-date') return secret.accessedAt ?? ''
  return by === 'last-changed-date' ? secret.changedAt : secret.createdAt
}
