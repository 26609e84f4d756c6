import { z } from 'zod'
import { parseInput } from '../../parse-input.ts'
import type { Operation } from '../../service.ts'
import { renderSubscription } from '../render-subscription.ts'

const schema = z.object({ NextToken: z.string().optional() })

export const listSubscriptions: Operation = (input, call) => {
  parseInput(schema, input, 'InvalidParameter')
  call.authorize('sns:ListSubscriptions', '*')
  const found = Object.values(call.cloud.state.sns.topics).flatMap((topic) =>
    topic.subscriptions.map((subscription) => renderSubscription(call.cloud, { topic, subscription })),
  )
  return { Subscriptions: found }
}
