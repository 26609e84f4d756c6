import { z } from 'zod'

const nameValue = z.object({ name: z.string(), value: z.string() })

/** What the local ECS acts on; every other member is kept and shown as it came. */
const container = z.looseObject({
  name: z.string().regex(/^[A-Za-z0-9_-]{1,255}$/, 'must be 1 to 255 of A-Z a-z 0-9 - _'),
  image: z.string().min(1),
  essential: z.boolean().default(true),
  portMappings: z
    .array(z.looseObject({ containerPort: z.int().min(1).max(65_535), name: z.string().optional() }))
    .default([]),
  environment: z.array(nameValue).default([]),
  secrets: z.array(z.object({ name: z.string(), valueFrom: z.string() })).default([]),
  stopTimeout: z.int().min(0).max(120, 'must be at most 120 on Fargate').default(30),
  logConfiguration: z
    .looseObject({ logDriver: z.string(), options: z.record(z.string(), z.string()).default({}) })
    .optional(),
})

export type ContainerDefinition = z.infer<typeof container>

export const taskDefinitionInput = z.looseObject({
  family: z.string().regex(/^[A-Za-z0-9_-]{1,255}$/, 'must be 1 to 255 of A-Z a-z 0-9 - _'),
  containerDefinitions: z.array(container).min(1),
  taskRoleArn: z.string().optional(),
  executionRoleArn: z.string().optional(),
  networkMode: z.string().optional(),
  cpu: z.string().optional(),
  memory: z.string().optional(),
  requiresCompatibilities: z.array(z.string()).default([]),
  tags: z.array(z.object({ key: z.string(), value: z.string() })).default([]),
})

export type TaskDefinitionInput = z.infer<typeof taskDefinitionInput>
