import { errorBody } from '../refusal.ts'

/** Follows a response's bytes to know whether a server-sent event could be added without breaking one in two. */
export class EventBoundary {
  #tail = ''

  see(chunk: Buffer): void {
    this.#tail = (this.#tail + chunk.subarray(-4).toString('latin1')).slice(-4)
  }

  /** At the very start, or right after an empty line. */
  get reached(): boolean {
    return this.#tail === '' || /(?:\n\n|\r\r|\r\n\r\n)$/.test(this.#tail)
  }
}

/** Whether a response is a plain event stream: one that is compressed cannot be added to. */
export function isEventStream(contentType: string | undefined, contentEncoding: string | undefined): boolean {
  return isPlain(contentEncoding) && /^\s*text\/event-stream\s*(?:;|$)/i.test(contentType ?? '')
}

export const isPlain = (contentEncoding: string | undefined): boolean =>
  contentEncoding === undefined || contentEncoding.trim().toLowerCase() === 'identity'

/** The last event of a stream that ends before its time. */
export function terminalEvent(code: string, message: string, requestId: string): string {
  return `event: error\ndata: ${errorBody(code, message, requestId)}\n\n`
}
