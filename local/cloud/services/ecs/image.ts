import type { Cloud } from '../../cloud.ts'
import { decideBackground } from '../iam/authorize-background.ts'
import type { Principal } from '../iam/types.ts'

const ECR =
  /^(?<account>\d{12})\.dkr\.ecr\.(?<region>[a-z0-9-]+)\.amazonaws\.com\/(?<repository>[a-z0-9._/-]+?)(?:[:@].*)?$/

const PULL = ['ecr:BatchCheckLayerAvailability', 'ecr:GetDownloadUrlForLayer', 'ecr:BatchGetImage'] as const

/** The Node entry that stands in for an image, or undefined when the cloud was given none. */
export function entryOf(cloud: Cloud, image: string): string | undefined {
  const images = Object.entries(cloud.options.ecs?.images ?? {})
  const [best] = images
    .filter(([prefix]) => image.startsWith(prefix))
    .sort(([one], [other]) => other.length - one.length)
  return best?.[1].entry
}

/** Asks IAM for what ECS does under the execution role to pull an image from ECR; the refusal's text, if any. */
export function refusedPull(cloud: Cloud, principal: Principal, image: string): string | undefined {
  const { account, region, repository } = ECR.exec(image)?.groups ?? {}
  if (repository === undefined) return undefined
  const arn = `arn:aws:ecr:${region}:${account}:repository/${repository}`
  const wanted = [['ecr:GetAuthorizationToken', '*'], ...PULL.map((action) => [action, arn] as const)] as const
  for (const [action, resource] of wanted) {
    const decision = decideBackground(cloud, { principal, action, resource })
    if (!decision.allowed) return decision.message
  }
  return undefined
}
