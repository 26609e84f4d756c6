import type { Cloud } from '../../cloud.ts'
import { ServiceError } from '../../protocol/service-error.ts'
import { own } from '../own.ts'
import type { RuleRecord } from './state.ts'

export const ruleArn = ({ region, accountId }: Cloud, name: string): string =>
  `arn:aws:events:${region}:${accountId}:rule/${name}`

/** @throws ServiceError `ResourceNotFoundException` */
export function findRule(cloud: Cloud, name: string): RuleRecord {
  const rule = own(cloud.state.events.rules, name)
  if (rule) return rule
  throw new ServiceError('ResourceNotFoundException', `Rule ${name} does not exist on EventBus default.`)
}
