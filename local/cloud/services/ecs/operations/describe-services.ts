import { z } from 'zod'
import { parseInput } from '../../parse-input.ts'
import type { Operation } from '../../service.ts'
import { lastPart, serviceArn } from '../arns.ts'
import { serviceShape } from '../describe.ts'
import { findCluster } from '../find.ts'

const schema = z.object({ cluster: z.string().optional(), services: z.array(z.string()).min(1).max(10) })

/** docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeServices.html */
export const describeServices: Operation = (raw, call) => {
  const input = parseInput(schema, raw, 'InvalidParameterException')
  const { cloud } = call
  const cluster = findCluster(cloud, input.cluster)
  const services: unknown[] = []
  const failures: unknown[] = []
  for (const name of input.services) {
    const arn = serviceArn(cloud, cluster.name, lastPart(name))
    call.authorize('ecs:DescribeServices', arn, { 'ecs:cluster': cluster.arn })
    const service = cloud.state.ecs.services[arn]
    if (service) services.push(serviceShape(cloud, service))
    else failures.push({ arn, reason: 'MISSING' })
  }
  return { services, failures }
}
