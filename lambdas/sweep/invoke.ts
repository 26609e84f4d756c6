import { InvokeCommand, type LambdaClient } from '@aws-sdk/client-lambda'

export type Answer =
  | { readonly kind: 'done' }
  /** The function failed; `ours` when it did on purpose and left its reason in the secret's tags. */
  | { readonly kind: 'failed'; readonly ours: boolean; readonly reason: string; readonly error?: unknown }

/** Asks a secret's own rotation function for a step, since it alone may reach the target, and waits for its answer. */
export async function askFunction(
  lambda: LambdaClient,
  functionArn: string,
  event: { readonly Step: string; readonly SecretId: string; readonly VersionId?: string },
  signal: AbortSignal,
): Promise<Answer> {
  const command = new InvokeCommand({ FunctionName: functionArn, Payload: JSON.stringify(event) })
  try {
    const { FunctionError, Payload } = await lambda.send(command, { abortSignal: signal })
    if (FunctionError === undefined) return { kind: 'done' }
    // The text is left out: an error that is not of our making may hold anything.
    const ours = isOurs(parse(Payload))
    return { kind: 'failed', ours, reason: `the rotation function failed in ${event.Step}; its log tells why` }
  } catch (error) {
    const why = signal.aborted
      ? `the rotation function did not answer ${event.Step} in time`
      : `the rotation function could not be invoked (${error instanceof Error ? error.name : 'unknown error'})`
    return { kind: 'failed', ours: false, reason: why, error }
  }
}

function parse(payload: Uint8Array | undefined): unknown {
  try {
    return JSON.parse(Buffer.from(payload ?? []).toString('utf8'))
  } catch {
    return undefined
  }
}

const isOurs = (payload: unknown): boolean =>
  (payload as { errorType?: unknown } | undefined)?.errorType === 'KeyturnError'
