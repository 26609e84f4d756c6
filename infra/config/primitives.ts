import { z } from 'zod'

/** The name of a thing in the inventory: `openai-admin`. */
export const name = z
  .string()
  .regex(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/, 'must be lower-case words joined by hyphens, such as "openai-admin"')
  .max(48, 'must have 48 characters or fewer')
  .meta({ examples: ['openai-admin'] })
