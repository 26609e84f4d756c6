import { z } from 'zod'

/** The inputs of `aws:lambda/function:Function` that may change without new code. */
export const configuration = z.strictObject({
  role: z.string(),
  handler: z.string(),
  runtime: z.string(),
  description: z.string().optional(),
  timeout: z.int().optional(),
  memorySize: z.int().optional(),
  kmsKeyArn: z.string().optional(),
  environment: z.strictObject({ variables: z.record(z.string(), z.string()).optional() }).optional(),
  ephemeralStorage: z.strictObject({ size: z.int() }).optional(),
  tracingConfig: z.strictObject({ mode: z.enum(['Active', 'PassThrough']) }).optional(),
  deadLetterConfig: z.strictObject({ targetArn: z.string() }).optional(),
  loggingConfig: z
    .strictObject({
      logFormat: z.enum(['JSON', 'Text']),
      logGroup: z.string().optional(),
      applicationLogLevel: z.enum(['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL']).optional(),
      systemLogLevel: z.enum(['DEBUG', 'INFO', 'WARN']).optional(),
    })
    .optional(),
  vpcConfig: z.strictObject({ subnetIds: z.array(z.string()), securityGroupIds: z.array(z.string()) }).optional(),
})
