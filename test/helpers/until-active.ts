import { type LambdaClient, waitUntilFunctionActiveV2, waitUntilFunctionUpdatedV2 } from '@aws-sdk/client-lambda'

const waiting = (client: LambdaClient) => ({ client, maxWaitTime: 30, minDelay: 0.02, maxDelay: 0.1 })

/** Waits as a deployment does, until a function that was just created may be invoked. */
export async function untilActive(lambda: LambdaClient, FunctionName: string): Promise<void> {
  await waitUntilFunctionActiveV2(waiting(lambda), { FunctionName })
}

/** Waits until an update is done and the new code and settings run. */
export async function untilUpdated(lambda: LambdaClient, FunctionName: string): Promise<void> {
  await waitUntilFunctionUpdatedV2(waiting(lambda), { FunctionName })
}
