import type { Cloud } from '../../cloud.ts'

/** The group itself, as tags and `logGroupArn` name it. */
export const groupArn = ({ region, accountId }: Cloud, group: string): string =>
  `arn:aws:logs:${region}:${accountId}:log-group:${group}`

/** What IAM is asked about: policies name a group as `<group arn>:*`, so a group stands for its (empty) stream. */
export const streamArn = (cloud: Cloud, group: string, stream = ''): string =>
  `${groupArn(cloud, group)}:log-stream:${stream}`

/** A group by its name or ARN, as most operations take it. */
export const groupOf = (identifier: string): string =>
  identifier.replace(/^arn:aws:logs:[^:]*:[^:]*:log-group:/, '').replace(/:\*$/, '')
