/** One sandbox: runs one invocation at a time, and may be reused while it lives. */
export interface FunctionRuntime {
  /** Resolves once it can take invocations, or with why it cannot. Never rejects. */
  start(): Promise<Outcome | undefined>
  /** Never rejects. */
  invoke(invocation: Invocation): Promise<Outcome>
  /** Ends it at once, mid-invocation too: the pending outcome becomes `exited`. */
  kill(): void
  close(): Promise<void>
}

export interface Invocation {
  readonly requestId: string
  readonly payload: unknown
  readonly timeoutMs: number
  readonly functionArn: string
  readonly traceId: string
}

export type Outcome =
  | { readonly kind: 'ok'; readonly payload: unknown }
  | { readonly kind: 'error'; readonly error: FunctionError; readonly fatal?: boolean }
  /** The process is gone: `exit status 1`, `signal: killed`. */
  | { readonly kind: 'exited'; readonly reason: string }
  | { readonly kind: 'timeout'; readonly seconds: number }

export interface FunctionError {
  readonly errorType: string
  readonly errorMessage: string
  readonly trace?: readonly string[]
}

export interface RuntimeOptions {
  readonly name: string
  readonly environment: Readonly<Record<string, string>>
  readonly onLine: (line: string) => void
}
