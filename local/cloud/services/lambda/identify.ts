import type { Cloud } from '../../cloud.ts'
import { functionNotFound, invalidParameter, otherRegion } from './errors.ts'
import { settle } from './function-state.ts'
import type { FunctionRecord, FunctionVersion } from './state.ts'

export interface FunctionTarget {
  readonly record: FunctionRecord
  readonly version: FunctionVersion
  /** The function's ARN, with the qualifier when one was given. */
  readonly arn: string
}

/**
 * Finds a function by name, `account:function:name` or ARN, with or without a qualifier behind it.
 * @throws ServiceError ResourceNotFoundException
 */
export function findFunction(cloud: Cloud, identifier: string, qualifier?: string): FunctionTarget {
  const named = parseIdentifier(identifier)
  const region = IDENTIFIER.exec(identifier)?.groups?.region ?? cloud.region
  if (region !== cloud.region) throw otherRegion(region, cloud.region)
  const chosen = qualifier ?? named.qualifier
  const arn = functionArn(cloud, named.name) + (chosen === undefined ? '' : `:${chosen}`)
  const record = cloud.state.lambda.functions[named.name]
  if (!record || (named.account !== undefined && named.account !== cloud.accountId)) throw functionNotFound(arn)
  settle(cloud, record)
  const version = record.latest
  if (chosen !== undefined && chosen !== version.version) throw functionNotFound(arn)
  return { record, version, arn }
}

export const functionArn = ({ region, accountId }: Cloud, name: string): string =>
  `arn:aws:lambda:${region}:${accountId}:function:${name}`

const IDENTIFIER =
  /^(?:arn:aws:lambda:(?<region>[a-z0-9-]+):)?(?:(?<account>\d{12}):)?(?:function:)?(?<name>[A-Za-z0-9_-]{1,64})(?::(?<qualifier>\$LATEST|[A-Za-z0-9_-]{1,128}))?$/

/** @throws ServiceError InvalidParameterValueException */
export function parseIdentifier(identifier: string): { name: string; account?: string; qualifier?: string } {
  const { name, account, qualifier } = IDENTIFIER.exec(identifier)?.groups ?? {}
  if (name === undefined) {
    throw invalidParameter(`${identifier} is no function: give its name (1 to 64 of A-Z a-z 0-9 - _) or its ARN.`)
  }
  return { name, ...(account !== undefined && { account }), ...(qualifier !== undefined && { qualifier }) }
}
