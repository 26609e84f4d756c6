import { ControlError, type ControlRoute } from './control-route.ts'

export const journalRoutes: readonly ControlRoute[] = [
  {
    method: 'GET',
    path: '/_keyturn/journal',
    handle(request, cloud) {
      const since = Number(request.query.get('since') ?? 0)
      if (Number.isSafeInteger(since) && since >= 0) {
        return { entries: cloud.journal.entries(since), last: cloud.journal.last }
      }
      throw new ControlError('since-invalid', 'since is the number of the last entry seen: a whole number, 0 or more.')
    },
  },
]
