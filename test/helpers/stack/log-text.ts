import { DescribeLogGroupsCommand, FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs'
import type { StackUnderTest } from './stack-under-test.ts'

/** Everything in one log group, as an operator reads it in CloudWatch; `/aws/lambda/keyturn-dev-sweep`. */
export async function logText({ logs }: StackUnderTest, logGroupName: string): Promise<string> {
  const lines: string[] = []
  let nextToken: string | undefined
  do {
    const page = await logs.send(new FilterLogEventsCommand({ logGroupName, ...(nextToken && { nextToken }) }))
    lines.push(...(page.events ?? []).map(({ message }) => message ?? ''))
    nextToken = page.nextToken
  } while (nextToken !== undefined)
  return lines.join('\n')
}

/** A function's log by its short name: `rotate-provider`. */
export const functionLog = (stack: StackUnderTest, name: string): Promise<string> =>
  logText(stack, `/aws/lambda/keyturn-dev-${name}`)

export const proxyLog = (stack: StackUnderTest): Promise<string> => logText(stack, '/keyturn/keyturn-dev-proxy')

export async function logGroups({ logs }: StackUnderTest): Promise<readonly string[]> {
  const { logGroups = [] } = await logs.send(new DescribeLogGroupsCommand({}))
  return logGroups.map(({ logGroupName }) => logGroupName ?? '')
}
