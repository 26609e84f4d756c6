import { setTimeout as delay } from 'node:timers/promises'
import { authenticate, readSignature, type Signature } from './authentication.ts'
import { type CallRecord, startCall } from './call.ts'
import type { Cloud } from './cloud.ts'
import type { FaultEffect } from './faults.ts'
import { protocolOf } from './protocol/of-unknown-service.ts'
import type { WireCall, WireRequest, WireResponse } from './protocol/protocol.ts'
import { ServiceError } from './protocol/service-error.ts'
import type { Regions } from './regions.ts'
import type { Service } from './services/service.ts'

/** What goes back to the client; `reset` means that the connection is cut without an answer. */
export type Answer = WireResponse | 'reset'

/** One AWS call from request to answer: who calls, what, whether a fault hits it, what came of it, into the journal. */
export async function dispatch(request: WireRequest, regions: Regions, services: readonly Service[]): Promise<Answer> {
  const requestId = regions.home.random.uuid()
  const signature = readSignature(request)
  if (!signature) {
    const hint =
      'Request is missing Authentication Token. Sign it with AWS_ACCESS_KEY_ID=local AWS_SECRET_ACCESS_KEY=local'
    return protocolOf(request, '').encodeError(
      new ServiceError('MissingAuthenticationTokenException', hint, 403),
      unnamed(request, requestId),
    )
  }
  const service = services.find(({ name }) => name === signature.service)
  const decoded = service?.protocol.decode(request)
  if (!service || !decoded) return notImplemented(request, requestId, signature, service)
  const { operation } = decoded
  const wire: WireCall = { request, operation, requestId }
  const record: CallRecord = { service: service.name, operation, requestId, authorizations: [], input: undefined }

  let cloud = regions.home
  try {
    if (!service.global) cloud = await regions.in(signature.region)
    const caller = authenticate(signature, cloud)
    record.caller = caller
    const effect = cloud.faults.take(service.name, operation, roleOf(record))
    const cut = await suffer(effect, 'before', regions, record)
    if (cut) return cut
    record.input = decoded.input()
    const run = service.operations[operation]
    if (!run) throw notImplementedError(`${service.name}.${operation}`)
    const output = await run(record.input, startCall(cloud, request, record, caller))
    cloud.changed()
    const lost = await suffer(effect, 'after', regions, record)
    if (lost) return lost
    finish(cloud, record, 'ok')
    return service.protocol.encode(output, wire)
  } catch (error) {
    const known = error instanceof ServiceError ? error : unexpected(error, cloud, record)
    finish(cloud, record, known.code)
    return service.protocol.encodeError(known, wire)
  }
}

/** Applies a fault at its moment. @throws ServiceError for an injected error */
async function suffer(
  effect: FaultEffect | undefined,
  moment: 'before' | 'after',
  regions: Regions,
  record: CallRecord,
): Promise<'reset' | undefined> {
  if (!effect) return undefined
  if (effect.kind === 'drop' || effect.kind === 'kill') {
    if (effect.when !== moment) return undefined
    if (effect.kind === 'kill' && record.caller) {
      for (const { lambda } of regions.all()) lambda.killCaller(record.caller.accessKeyId)
    }
    finish(regions.home, record, `${effect.kind === 'kill' ? 'killed' : 'dropped'} ${moment}`)
    return 'reset'
  }
  if (moment === 'after') return undefined
  if (effect.kind === 'delay') await delay(effect.ms)
  if (effect.kind === 'throttle') throw new ServiceError('ThrottlingException', 'Rate exceeded')
  if (effect.kind === 'error') {
    const status = effect.status ?? (/^Internal/.test(effect.code) ? 500 : 400)
    throw new ServiceError(effect.code, effect.message ?? 'Injected by a fault of the local cloud', status)
  }
  return undefined
}

function finish(cloud: Cloud, record: CallRecord, outcome: string): void {
  const denied = record.authorizations.find(({ decision }) => !decision.startsWith('allowed'))
  const first = denied ?? record.authorizations[0]
  const { input } = record
  cloud.journal.add({
    at: cloud.clock.now().toISOString(),
    source: 'api',
    service: record.service,
    operation: record.operation,
    principal: record.caller?.principal.arn ?? 'unknown',
    role: roleOf(record),
    action: first?.action,
    resource: first?.resource,
    decision: first?.decision,
    authorizations: record.authorizations,
    input: typeof input === 'object' && input !== null ? Object.keys(input) : [],
    outcome,
    requestId: record.requestId,
  })
}

function roleOf({ caller }: CallRecord): string | undefined {
  return caller?.principal.kind === 'role' ? caller.principal.roleName : undefined
}

function notImplemented(request: WireRequest, requestId: string, signature: Signature, service?: Service): Answer {
  const target = request.headers['x-amz-target'] ?? new URLSearchParams(request.body.toString('utf8')).get('Action')
  const operation = target?.slice(target.lastIndexOf('.') + 1) ?? `${request.method} ${request.path}`
  const protocol = service?.protocol ?? protocolOf(request, signature.service)
  return protocol.encodeError(notImplementedError(`${signature.service}.${operation}`), unnamed(request, requestId))
}

const notImplementedError = (name: string): ServiceError =>
  new ServiceError('NotImplemented', `NotImplemented: ${name} is not implemented by the local cloud`, 501)

const unnamed = (request: WireRequest, requestId: string): WireCall => ({ request, requestId, operation: undefined })

function unexpected(error: unknown, cloud: Cloud, record: CallRecord): ServiceError {
  cloud.log.error({ error, service: record.service, operation: record.operation }, 'an operation failed unexpectedly')
  const message = error instanceof Error ? error.message : String(error)
  return new ServiceError(
    'InternalFailure',
    `The local cloud failed on ${record.service}.${record.operation}: ${message}`,
    500,
  )
}
