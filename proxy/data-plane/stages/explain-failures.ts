import { NOT_PRIVATE } from '../../wire/private-lookup.ts'
import { AttemptFailed } from '../attempt.ts'
import type { Attempt } from '../exchange.ts'
import { Refusal } from '../refusal.ts'
import type { Stage } from '../stage.ts'

/** Says to the client why the upstream gave no answer. */
export function explainFailures(): Stage<Attempt, Attempt> {
  return (next) => async (attempt) => {
    try {
      await next(attempt)
    } catch (error) {
      throw error instanceof AttemptFailed ? explain(error, attempt.route.name) : error
    }
  }
}

const TIMEOUTS: ReadonlySet<string> = new Set(['UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_CONNECT_TIMEOUT', 'ETIMEDOUT'])
const TLS = /^(CERT_|ERR_TLS_|UNABLE_TO_|SELF_SIGNED|DEPTH_ZERO_)/

function explain(error: AttemptFailed, route: string): Refusal {
  const upstream = `The upstream of route ${route}`
  const options = { cause: error, retryAfterSeconds: 1 }
  if (TIMEOUTS.has(error.code)) {
    return new Refusal('upstream-timeout', `${upstream} did not answer in time. Try again.`, options)
  }
  if (TLS.test(error.code)) {
    return new Refusal('upstream-unreachable', `${upstream} has no certificate that can be verified.`, options)
  }
  if (error.code === NOT_PRIVATE) {
    const why = 'is plain HTTP, and its name leads to no private address. Its operator must look at it.'
    return new Refusal('upstream-unreachable', `${upstream} ${why}`, options)
  }
  if (error.answered) {
    return new Refusal('upstream-invalid', `${upstream} did not answer in HTTP as it should. Try again.`, options)
  }
  return new Refusal('upstream-unreachable', `${upstream} cannot be reached. Try again.`, options)
}
