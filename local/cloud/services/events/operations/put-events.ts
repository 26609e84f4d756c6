import { z } from 'zod'
import type { Cloud } from '../../../cloud.ts'
import { ServiceError } from '../../../protocol/service-error.ts'
import { parseInput } from '../../parse-input.ts'
import type { Operation } from '../../service.ts'
import { emitEvent } from '../create-events.ts'
import { busArn } from '../find-rule.ts'
import { busName } from '../input.ts'

const entry = z.object({
  Source: z.string().optional(),
  DetailType: z.string().optional(),
  Detail: z.string().optional(),
  Resources: z.array(z.string()).optional(),
  Time: z.number().optional(),
  EventBusName: busName,
  TraceHeader: z.string().optional(),
})
const schema = z.object({ Entries: z.array(entry).min(1).max(10) })

/** Entries fail one by one; the rest is put. */
export const putEvents: Operation = (input, call) => {
  const { Entries } = parseInput(schema, input)
  const { cloud } = call
  const context = {
    'events:source': Entries.flatMap(({ Source }) => Source ?? []),
    'events:detail-type': Entries.flatMap(({ DetailType }) => DetailType ?? []),
  }
  if (Entries.reduce((sum, item) => sum + sizeOf(item), 0) > MAX_BYTES) {
    throw new ServiceError('ValidationException', 'Total size of the entries in the request is over the limit.')
  }
  call.authorize('events:PutEvents', busArn(cloud), context)
  const results = Entries.map((item) => putEvent(cloud, item))
  return { FailedEntryCount: results.filter((result) => 'ErrorCode' in result).length, Entries: results }
}

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/events/CalculatePutEventsEntrySize.html */
const MAX_BYTES = 256 * 1024
const TIME_BYTES = 14

function sizeOf({ Time, Source = '', DetailType = '', Detail = '', Resources = [] }: z.infer<typeof entry>): number {
  const text = [Source, DetailType, Detail, ...Resources].join('')
  return (Time === undefined ? 0 : TIME_BYTES) + Buffer.byteLength(text)
}

function putEvent(cloud: Cloud, { Source, DetailType, Detail, Resources, Time }: z.infer<typeof entry>) {
  if (!Source || !DetailType || Detail === undefined) {
    return { ErrorCode: 'InvalidArgument', ErrorMessage: 'Source, DetailType and Detail are required.' }
  }
  if (Source.startsWith('aws.')) {
    return {
      ErrorCode: 'NotAuthorizedForSource',
      ErrorMessage: `Not authorized for source ${Source}: aws. is AWS's own.`,
    }
  }
  const detail = readDetail(Detail)
  if (detail === undefined) return { ErrorCode: 'MalformedDetail', ErrorMessage: 'Detail is malformed.' }
  const id = emitEvent(cloud, {
    source: Source,
    detailType: DetailType,
    detail,
    resources: Resources ?? [],
    ...(Time !== undefined && { time: new Date(Time * 1_000) }),
  })
  return { EventId: id }
}

function readDetail(text: string): object | undefined {
  try {
    const detail: unknown = JSON.parse(text)
    return typeof detail === 'object' && detail !== null && !Array.isArray(detail) ? detail : undefined
  } catch {
    return undefined
  }
}
