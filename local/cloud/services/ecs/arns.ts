import type { Cloud } from '../../cloud.ts'

const prefix = ({ region, accountId }: Cloud): string => `arn:aws:ecs:${region}:${accountId}`

export const clusterArn = (cloud: Cloud, name: string): string => `${prefix(cloud)}:cluster/${name}`

export const serviceArn = (cloud: Cloud, cluster: string, name: string): string =>
  `${prefix(cloud)}:service/${cluster}/${name}`

export const taskArn = (cloud: Cloud, cluster: string, id: string): string => `${prefix(cloud)}:task/${cluster}/${id}`

export const taskDefinitionArn = (cloud: Cloud, family: string, revision: number): string =>
  `${prefix(cloud)}:task-definition/${family}:${revision}`

/** Whether an ARN names another Region's thing; a bare name means this Region's. */
export const isElsewhere = (cloud: Cloud, arnOrName: string): boolean =>
  arnOrName.startsWith('arn:') && !arnOrName.startsWith(`${prefix(cloud)}:`)

/** The last part of an ARN, or the name itself. */
export const lastPart = (arnOrName: string): string => arnOrName.slice(arnOrName.lastIndexOf('/') + 1)
