import type { Protocol, WireCall } from './protocol.ts'
import { parseQueryForm } from './query-form.ts'
import { AccessDeniedError } from './service-error.ts'
import { renderXml } from './xml.ts'

export interface QueryOptions {
  /** `https://iam.amazonaws.com/doc/2010-05-08/` */
  readonly xmlNamespace: string
  /** The service's own code for a refusal by IAM: SNS says `AuthorizationError`. */
  readonly accessDeniedCode?: string
}

/** AWS Query: a form body with `Action`, answered in XML. Numbers and booleans arrive as text: coerce them. */
export function query({ xmlNamespace, accessDeniedCode = 'AccessDenied' }: QueryOptions): Protocol {
  const answer = (status: number, body: string, { requestId }: WireCall) => ({
    status,
    headers: { 'content-type': 'text/xml', 'x-amzn-requestid': requestId },
    body,
  })

  return {
    decode(request) {
      const form = request.method === 'POST' ? new URLSearchParams(request.body.toString('utf8')) : request.query
      const operation = form.get('Action')
      if (request.headers['x-amz-target'] !== undefined || operation === null) return undefined
      return { operation, input: () => parseQueryForm(form) }
    },

    encode(output, call) {
      const result = renderXml(`${call.operation}Result`, output ?? {})
      const metadata = renderXml('ResponseMetadata', { RequestId: call.requestId })
      const root = `${call.operation}Response`
      return answer(200, `<${root} xmlns="${xmlNamespace}">${result}${metadata}</${root}>`, call)
    },

    encodeError(error, call) {
      const denied = error instanceof AccessDeniedError
      const status = denied ? 403 : error.status
      const body = renderXml('Error', {
        Type: status < 500 ? 'Sender' : 'Receiver',
        Code: denied ? accessDeniedCode : error.code,
        Message: error.message,
      })
      const id = renderXml('RequestId', call.requestId)
      return answer(status, `<ErrorResponse xmlns="${xmlNamespace}">${body}${id}</ErrorResponse>`, call)
    },
  }
}
