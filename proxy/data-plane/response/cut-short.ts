import type { ServerResponse } from 'node:http'
import { terminalEvent } from './terminal-event.ts'

/** Why an answer ends before it is complete, as its last event says it. */
export const CUT_SHORT = {
  'upstream-closed': 'The upstream closed the connection before its answer was complete. Send the request again.',
  'upstream-idle': 'The upstream fell silent inside its answer. Send the request again.',
  'upstream-echoed-key': "The upstream's answer held the proxy's own key. Tell the proxy's operator.",
  draining: 'The proxy is shutting down. Send the request again.',
} as const

export type CutShortCode = keyof typeof CUT_SHORT

/** The upstream has sent our own key. */
export const ECHOED = 'upstream-echoed-key' satisfies CutShortCode

export interface CutShortOptions {
  readonly code: CutShortCode
  readonly requestId: string
  /** It is an event stream, and stands between two events. */
  readonly events: boolean
  /** The answer's length was announced. */
  readonly hasLength: boolean
}

/** For how long a client may take to fetch the terminal event. */
const FAREWELL_MS = 5_000

/** Ends an answer whose head is out so that no client can take it for whole. */
export function cutShort(response: ServerResponse, { code, requestId, events, hasLength }: CutShortOptions): void {
  if (events && response.writable) {
    const timer = setTimeout(() => response.destroy(), FAREWELL_MS)
    response.write(terminalEvent(code, CUT_SHORT[code], requestId), () => {
      clearTimeout(timer)
      response.destroy()
    })
  } else if (response.socket && !response.chunkedEncoding && !hasLength) {
    // Nothing but the connection's end marks the end of this body, so it ends with a reset.
    response.socket.resetAndDestroy()
  } else {
    response.destroy()
  }
}
