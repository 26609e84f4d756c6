import { json } from '../../protocol/json.ts'
import type { Service } from '../service.ts'
import { deleteRule } from './operations/delete-rule.ts'
import { putRule } from './operations/put-rule.ts'
import { putTargets } from './operations/put-targets.ts'
import { removeTargets } from './operations/remove-targets.ts'
import { resumeRules, stopRules } from './scheduled-rules.ts'

/** EventBridge: the default bus, its rules and their targets. */
export const events: Service = {
  name: 'events',
  protocol: json,
  operations: {
    DeleteRule: deleteRule,
    PutRule: putRule,
    PutTargets: putTargets,
    RemoveTargets: removeTargets,
  },
  start: resumeRules,
  stop: stopRules,
}
