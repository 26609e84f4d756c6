/** What becomes of an upstream's answer, decided on its head; `replay` is what the header `x-keyturn-replay` says. */
export type Verdict = { readonly keep: true; readonly replay?: string } | { readonly keep: false }

/** An attempt that failed before its answer's head was passed on. */
export class AttemptFailed extends Error {
  readonly code: string
  /** The request was written to a connection. */
  readonly sent: boolean
  /** Something of an answer came back. */
  readonly answered: boolean

  constructor(cause: Error, sent: boolean, answered: boolean) {
    super('The attempt failed', { cause })
    this.code = 'code' in cause ? String(cause.code) : cause.name
    this.sent = sent
    this.answered = answered
  }
}

/** An attempt whose answer was not kept: another one may follow. */
export class AttemptDiscarded extends Error {}
