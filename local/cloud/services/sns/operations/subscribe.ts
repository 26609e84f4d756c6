import { z } from 'zod'
import { ServiceError } from '../../../protocol/service-error.ts'
import { parseInput } from '../../parse-input.ts'
import type { Operation } from '../../service.ts'
import { findTopic } from '../find-topic.ts'
import { attributes } from '../input.ts'
import { PROTOCOLS, type Protocol } from '../state.ts'
import { policyOf } from '../topic-policy.ts'

const schema = z.object({
  TopicArn: z.string(),
  Protocol: z.enum(PROTOCOLS, `the local cloud delivers to: ${PROTOCOLS.join(', ')}`),
  Endpoint: z.string().min(1),
  Attributes: attributes.default({}),
})

/** A subscription is confirmed at once. Messages for people (email, sms) are kept in the topic and sent nowhere. */
export const subscribe: Operation = (input, call) => {
  const { TopicArn, Protocol, Endpoint, Attributes } = parseInput(schema, input, 'InvalidParameter')
  const { cloud } = call
  const topic = findTopic(cloud, TopicArn)
  const context = { 'sns:Protocol': Protocol, 'sns:Endpoint': Endpoint }
  call.authorize('sns:Subscribe', topic.arn, context, { resourcePolicy: policyOf(cloud, topic) })
  checkEndpoint(Protocol, Endpoint)
  for (const [name, value] of Object.entries(Attributes)) checkSubscriptionAttribute(name, value)
  const existing = topic.subscriptions.find(({ protocol, endpoint }) => protocol === Protocol && endpoint === Endpoint)
  if (existing) return { SubscriptionArn: existing.arn }
  const arn = `${topic.arn}:${cloud.random.uuid()}`
  topic.subscriptions.push({ arn, protocol: Protocol, endpoint: Endpoint, attributes: Attributes })
  return { SubscriptionArn: arn }
}

function checkEndpoint(protocol: Protocol, endpoint: string): void {
  if (protocol === 'lambda' && !/^arn:aws:lambda:[^:]+:\d{12}:function:/.test(endpoint)) {
    throw invalidEndpoint('a function ARN')
  }
  if (protocol !== 'http' && protocol !== 'https') return
  const url = URL.canParse(endpoint) ? new URL(endpoint) : undefined
  if (url?.protocol !== `${protocol}:` || !LOOPBACK.includes(url.hostname)) {
    throw invalidEndpoint(
      `an ${protocol} URL on this machine (${LOOPBACK.join(', ')}): the local cloud calls nobody else`,
    )
  }
}

const LOOPBACK = ['127.0.0.1', 'localhost', '[::1]']

const invalidEndpoint = (allowed: string): ServiceError =>
  new ServiceError('InvalidParameter', `Invalid parameter: Endpoint must be ${allowed}`)

/** @throws ServiceError `InvalidParameter` for what the local cloud would not honour */
function checkSubscriptionAttribute(name: string, value: string): void {
  if (name === 'RawMessageDelivery' && (value === 'true' || value === 'false')) return
  throw new ServiceError(
    'InvalidParameter',
    `Invalid parameter: attribute ${name} is not implemented by the local cloud. Allowed: RawMessageDelivery (true, false)`,
  )
}
