import { z } from 'zod'
import { parseInput } from '../../parse-input.ts'
import type { Operation } from '../../service.ts'
import { streamArn } from '../arns.ts'
import { findGroup } from '../find.ts'
import { groupName, RETENTION_DAYS } from '../names.ts'

const schema = z.object({ logGroupName: groupName, retentionInDays: z.literal(RETENTION_DAYS) })

export const putRetentionPolicy: Operation = (input, call) => {
  const { logGroupName, retentionInDays } = parseInput(schema, input, 'InvalidParameterException')
  call.authorize('logs:PutRetentionPolicy', streamArn(call.cloud, logGroupName))
  findGroup(call.cloud, logGroupName).retentionDays = retentionInDays
}
