import type { Operation } from '../../service.ts'
import { accountQuota, unreservedConcurrency } from '../account-concurrency.ts'

const GIB = 1024 ** 3
const MIB = 1024 ** 2

/** docs.aws.amazon.com/lambda/latest/api/API_GetAccountSettings.html */
export const getAccountSettings: Operation = (_raw, call) => {
  call.authorize('lambda:GetAccountSettings', '*')
  const { cloud } = call
  const functions = Object.values(cloud.state.lambda.functions)
  const versions = functions.map(({ latest }) => latest)
  return {
    AccountLimit: {
      TotalCodeSize: 75 * GIB,
      CodeSizeUnzipped: 250 * MIB,
      CodeSizeZipped: 50 * MIB,
      ConcurrentExecutions: accountQuota(cloud),
      UnreservedConcurrentExecutions: unreservedConcurrency(cloud),
    },
    AccountUsage: {
      TotalCodeSize: versions.reduce((sum, { codeSize }) => sum + codeSize, 0),
      FunctionCount: functions.length,
    },
  }
}
