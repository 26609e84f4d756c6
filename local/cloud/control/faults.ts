import { z } from 'zod'
import type { Fault } from '../faults.ts'
import { ControlError, type ControlRoute, readJson } from './control-route.ts'

const moment = z.enum(['before', 'after'])

const effect = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('error'),
    code: z.string().min(1),
    status: z.int().min(400).max(599).optional(),
    message: z.string().optional(),
  }),
  z.strictObject({ kind: z.literal('throttle') }),
  z.strictObject({ kind: z.literal('delay'), ms: z.int().min(0).max(900_000) }),
  z.strictObject({ kind: z.literal('drop'), when: moment }),
  z.strictObject({ kind: z.literal('kill'), when: moment }),
])

const faultSchema = z.strictObject({
  service: z.string().min(1),
  operation: z.string().min(1),
  role: z.string().optional(),
  skip: z.int().min(0).optional(),
  times: z.int().min(1).optional(),
  effect,
})

const ALLOWED =
  '{"service":"secretsmanager","operation":"PutSecretValue" or "*","role"?,"skip"?,"times"?,"effect":{"kind":"error","code","status"?,"message"?} | {"kind":"throttle"} | {"kind":"delay","ms"} | {"kind":"drop","when":"before"|"after"} | {"kind":"kill","when":"before"|"after"}}'

export const faultRoutes: readonly ControlRoute[] = [
  { method: 'GET', path: '/_keyturn/faults', handle: (_request, cloud) => ({ faults: cloud.faults.list() }) },
  {
    method: 'POST',
    path: '/_keyturn/faults',
    handle(request, cloud) {
      const fault = faultSchema.safeParse(readJson(request, ALLOWED))
      if (fault.success) return { id: cloud.faults.add(fault.data as Fault) }
      const problems = fault.error.issues
        .map(({ path, message }) => `${path.join('.') || 'body'}: ${message}`)
        .join('; ')
      throw new ControlError('fault-invalid', `Not a fault (${problems}). Allowed: ${ALLOWED}.`)
    },
  },
  {
    method: 'DELETE',
    path: '/_keyturn/faults',
    handle(_request, cloud) {
      cloud.faults.clear()
      return { faults: [] }
    },
  },
  {
    method: 'DELETE',
    path: '/_keyturn/faults/*',
    handle(request, cloud) {
      const id = request.path.slice('/_keyturn/faults/'.length)
      if (!cloud.faults.remove(id)) throw new ControlError('fault-unknown', 'There is no fault of that id.', 404)
      return { faults: cloud.faults.list() }
    },
  },
]
