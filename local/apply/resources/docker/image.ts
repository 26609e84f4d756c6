import { createHash } from 'node:crypto'
import { access, readFile } from 'node:fs/promises'
import { z } from 'zod'
import { KeyturnError } from '../../../../core/errors.ts'
import { defineResource } from '../../resource.ts'

const inputs = z.strictObject({
  imageName: z.string(),
  skipPush: z.boolean().optional(),
  buildOnPreview: z.boolean().optional(),
  build: z.strictObject({
    context: z.string().optional(),
    dockerfile: z.string().optional(),
    platform: z.string().optional(),
    target: z.string().optional(),
    args: z.record(z.string(), z.string()).optional(),
    builderVersion: z.string().optional(),
    cacheFrom: z.unknown().optional(),
  }),
  registry: z
    .strictObject({ server: z.string().optional(), username: z.string().optional(), password: z.string().optional() })
    .optional(),
})

/**
 * Nothing is built: the local ECS runs the image's entry from its sources. The digest stands for name, platform and
 * Dockerfile, the same each time, so that an unchanged program stays unchanged.
 */
export const image = defineResource({
  inputs,
  create: async ({ imageName, build, registry }) => {
    const context = build.context ?? '.'
    const dockerfile = build.dockerfile ?? `${context}/Dockerfile`
    await access(context).catch((cause: unknown) => {
      throw new KeyturnError('file-missing', `build context ${context} does not exist.`, cause)
    })
    const content = await readFile(dockerfile).catch((cause: unknown) => {
      throw new KeyturnError('file-missing', `Dockerfile ${dockerfile} does not exist.`, cause)
    })
    const digest = createHash('sha256')
      .update(`${imageName}\0${build.platform ?? ''}\0`)
      .update(content)
      .digest('hex')
    const repository = imageName.replace(/:[^:/]+$/, '')
    return {
      id: imageName,
      outputs: {
        baseImageName: imageName,
        context,
        dockerfile,
        imageName,
        platform: build.platform,
        registryServer: registry?.server ?? repository.split('/')[0],
        repoDigest: `${repository}@sha256:${digest}`,
      },
    }
  },
})
