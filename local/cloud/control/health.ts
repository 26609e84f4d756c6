import type { ControlRoute } from './control-route.ts'

export const healthRoutes: readonly ControlRoute[] = [
  {
    method: 'GET',
    path: '/_keyturn/health',
    handle: (_request, cloud) => ({
      status: 'ok',
      region: cloud.region,
      accountId: cloud.accountId,
      now: cloud.clock.now().toISOString(),
    }),
  },
]
