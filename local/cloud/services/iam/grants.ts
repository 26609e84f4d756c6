import type { NamedPolicy } from './evaluator/evaluate.ts'
import { shown } from './evaluator/patterns.ts'
import type { Grant } from './types.ts'

/** Every (action, resource) that a policy allows, as written in it. */
export function grantsOf({ holder, name, document }: NamedPolicy, kind: Grant['kind']): Grant[] {
  return document.statements
    .filter(({ effect }) => effect === 'Allow')
    .flatMap(({ sid, actions, resources }) =>
      shown(actions).flatMap((action) =>
        (resources ? shown(resources) : ['*']).map((resource) => ({
          kind,
          holder,
          policy: name,
          sid,
          action,
          resource,
        })),
      ),
    )
}

/** The name under which a grant's use is counted. */
export const grantKey = ({ kind, holder, policy, sid, action, resource }: Grant): string =>
  JSON.stringify([kind, holder, policy, sid, action, resource])
