import type { WireRequest } from '../protocol/protocol.ts'
import { ControlError } from './control-route.ts'

/** The request's JSON body. @throws ControlError `body-invalid`, which says what is allowed */
export function readJson(request: WireRequest, allowed: string): unknown {
  try {
    return JSON.parse(request.body.toString('utf8'))
  } catch {
    throw new ControlError('body-invalid', `The body is not JSON. Allowed: ${allowed}.`)
  }
}
