import { z } from 'zod'
import { nameProblem } from '../../core/proxy-settings.ts'

/** A text by a rule that core keeps for several rooms: what the rule says is wrong, or undefined. */
export const ruled = (problemOf: (text: string) => string | undefined) =>
  z.string().superRefine((text, context) => {
    const message = problemOf(text)
    if (message !== undefined) context.addIssue({ code: 'custom', message })
  })

/** The name of a thing in the inventory: `openai-admin`. */
export const name = ruled(nameProblem).meta({ examples: ['openai-admin'] })
