import { z } from 'zod'
import type { ServiceSettings } from './state.ts'

/** What CreateService and UpdateService share. */
export const settingsInput = {
  deploymentConfiguration: z
    .object({
      maximumPercent: z.int().min(1).max(1_000).optional(),
      minimumHealthyPercent: z.int().min(0).max(1_000).optional(),
      deploymentCircuitBreaker: z.object({ enable: z.boolean(), rollback: z.boolean() }).optional(),
    })
    .optional(),
  healthCheckGracePeriodSeconds: z.int().min(0).optional(),
  networkConfiguration: z.unknown().optional(),
  platformVersion: z.string().optional(),
}

type Input = z.infer<z.ZodObject<typeof settingsInput>>

export function serviceSettings(input: Input, old?: ServiceSettings): ServiceSettings {
  const { maximumPercent, minimumHealthyPercent, deploymentCircuitBreaker } = input.deploymentConfiguration ?? {}
  const network = input.networkConfiguration ?? old?.networkConfiguration
  return {
    maximumPercent: maximumPercent ?? old?.maximumPercent ?? 200,
    minimumHealthyPercent: minimumHealthyPercent ?? old?.minimumHealthyPercent ?? 100,
    circuitBreaker: deploymentCircuitBreaker ?? old?.circuitBreaker ?? { enable: false, rollback: false },
    healthCheckGraceSeconds: input.healthCheckGracePeriodSeconds ?? old?.healthCheckGraceSeconds ?? 0,
    platformVersion: input.platformVersion ?? old?.platformVersion ?? 'LATEST',
    ...(network !== undefined && { networkConfiguration: network }),
  }
}
