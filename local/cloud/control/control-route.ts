import type { Cloud } from '../cloud.ts'
import type { WireRequest } from '../protocol/protocol.ts'

/** A path of the local cloud's own, outside AWS's protocols: `/_keyturn/…`. */
export interface ControlRoute {
  readonly method: 'GET' | 'POST' | 'DELETE'
  /** `/_keyturn/clock`; a trailing `/*` takes any one further segment. */
  readonly path: string
  /** Returns the JSON answer. @throws ControlError for a refusal. */
  handle(request: WireRequest, cloud: Cloud): unknown
}

/** A refusal, rendered as `{"error":{"code":…,"message":…}}`. */
export class ControlError extends Error {
  readonly code: string
  readonly status: number

  constructor(code: string, message: string, status = 400) {
    super(message)
    this.name = 'ControlError'
    this.code = code
    this.status = status
  }
}

/** The request's JSON body. @throws ControlError `body-invalid`, which says what is allowed */
export function readJson(request: WireRequest, allowed: string): unknown {
  try {
    return JSON.parse(request.body.toString('utf8'))
  } catch {
    throw new ControlError('body-invalid', `The body is not JSON. Allowed: ${allowed}.`)
  }
}
