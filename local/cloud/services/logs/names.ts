import { z } from 'zod'

export const groupName = z
  .string()
  .min(1)
  .max(512)
  .regex(/^[\w/.#-]+$/, 'only letters, digits and _ - / . #')
export const streamName = z
  .string()
  .min(1)
  .max(512)
  .regex(/^[^:*]*$/, 'no : and no *')
export const tags = z.record(z.string().min(1).max(128), z.string().max(256))
/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html */
export const RETENTION_DAYS = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
] as const
