import type { ControlRoute } from '../../control/control-route.ts'

/**
 * What the program's policies grant and no call has used, for operators and tests: an unused permission is reported
 * as loudly as a missing one.
 */
export const useRoutes: readonly ControlRoute[] = [
  {
    method: 'GET',
    path: '/_keyturn/iam/grants',
    handle: (_request, { iam }) => ({ roles: iam.grants(), resources: iam.resourceGrants() }),
  },
  {
    method: 'GET',
    path: '/_keyturn/iam/unused',
    handle: (_request, { iam }) => ({ roles: iam.unusedGrants(), resources: iam.unusedResourceGrants() }),
  },
  {
    method: 'DELETE',
    path: '/_keyturn/iam/use',
    handle(_request, { iam }) {
      iam.clearUse()
      return {}
    },
  },
]
