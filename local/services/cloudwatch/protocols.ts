import { gunzipSync } from 'node:zlib'
import { json } from '../../protocol/json.ts'
import type { Protocol } from '../../protocol/protocol.ts'
import { query } from '../../protocol/query.ts'
import { ServiceError } from '../../protocol/service-error.ts'

/** SDKs speak AWS JSON 1.0 since 2025, and compress long PutMetricData bodies; the AWS CLI 2.9 still speaks Query. */
export const protocols: readonly Protocol[] = [
  unzipping(json),
  unzipping(query({ xmlNamespace: 'http://monitoring.amazonaws.com/doc/2010-08-01/' })),
]

const MAX_UNZIPPED_BYTES = 8 * 1024 * 1024

function unzipping(protocol: Protocol): Protocol {
  return {
    ...protocol,
    decode(request) {
      if (request.headers['content-encoding'] !== 'gzip') return protocol.decode(request)
      const body = unzip(request.body)
      if (body) return protocol.decode({ ...request, body })
      const call = protocol.decode({ ...request, body: Buffer.alloc(0) })
      return call && { ...call, input: refuse }
    },
  }
}

function unzip(body: Buffer): Buffer | undefined {
  try {
    return gunzipSync(body, { maxOutputLength: MAX_UNZIPPED_BYTES })
  } catch {
    return undefined
  }
}

function refuse(): never {
  throw new ServiceError('SerializationException', 'The request body is not valid gzip, or longer than 8 MiB.')
}
