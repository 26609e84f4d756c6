import type { Cloud } from '../../cloud.ts'

export const alarmArn = ({ region, accountId }: Cloud, name: string): string =>
  `arn:aws:cloudwatch:${region}:${accountId}:alarm:${name}`
