import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { getAuthorizationTokenOutput } from '@pulumi/aws/ecr/getAuthorizationToken.js'
import { LifecyclePolicy } from '@pulumi/aws/ecr/lifecyclePolicy.js'
import { Repository, type RepositoryArgs } from '@pulumi/aws/ecr/repository.js'
import { Image, type ImageArgs } from '@pulumi/docker/image.js'
import { ComponentResource, type ComponentResourceOptions, interpolate, type Output, secret } from '@pulumi/pulumi'
import type { Naming } from '../naming.ts'

export interface ProxyImageArgs {
  readonly naming: Naming
  /** Folder that the Dockerfile copies from. */
  readonly context: string
  readonly dockerfile: string
  /** Files whose content makes the image what it is. */
  readonly sources: readonly string[]
  readonly protect: boolean
}

/** The proxy's image, built here and pushed to a repository of its own. */
export class ProxyImage extends ComponentResource {
  /** The image by digest, which nothing pushed later can change. */
  readonly reference: Output<string>
  readonly repositoryArn: Output<string>

  constructor(name: string, args: ProxyImageArgs, options?: ComponentResourceOptions) {
    super('keyturn:index:ProxyImage', name, {}, options)
    const parent = this

    const repository = createRepository()
    createLifecyclePolicy()
    const image = createImage()

    this.reference = image.repoDigest
    this.repositoryArn = repository.arn
    this.registerOutputs({ reference: image.repoDigest })

    function createRepository(): Repository {
      const repository: RepositoryArgs = {
        name: args.naming.physical('proxy'),
        // Tasks run by digest, which never moves; the tag may, when the same code is built on a newer base image.
        imageTagMutability: 'MUTABLE',
        imageScanningConfiguration: { scanOnPush: true },
        forceDelete: !args.protect,
      }
      return new Repository(`${name}-repository`, repository, { parent })
    }

    function createLifecyclePolicy(): LifecyclePolicy {
      const rule = {
        rulePriority: 1,
        description: 'Keep the last 20 images, to roll back to',
        selection: { tagStatus: 'any', countType: 'imageCountMoreThan', countNumber: 20 },
        action: { type: 'expire' },
      }
      const policy = JSON.stringify({ rules: [rule] })
      return new LifecyclePolicy(`${name}-lifecycle`, { repository: repository.name, policy }, { parent })
    }

    function createImage(): Image {
      const login = getAuthorizationTokenOutput({ registryId: repository.registryId }, { parent })
      const image: ImageArgs = {
        imageName: interpolate`${repository.repositoryUrl}:${contentTag(args.sources)}`,
        build: { context: args.context, dockerfile: args.dockerfile, platform: 'linux/arm64' },
        registry: { server: repository.repositoryUrl, username: login.userName, password: secret(login.password) },
      }
      return new Image(`${name}-image`, image, { parent })
    }
  }
}

/** Names the code that is in the image, for whoever looks at the repository. */
function contentTag(files: readonly string[]): string {
  const digest = createHash('sha256')
  for (const file of files) digest.update(readFileSync(file))
  return digest.digest('hex').slice(0, 16)
}
