import { readFileSync } from 'node:fs'
import { parse } from 'yaml'
import { ProblemsError } from '../../../core/errors.ts'
import { parseStackConfig } from '../../../infra/config/parse.ts'

const PREFIX = 'keyturn:'

/** What a person would have set with `pulumi config set --secret`, good enough for every check. */
export const devValues = {
  'openai-admin': 'sk-admin-0000000000000000000000',
  'openrouter-admin': 'sk-or-v1-0000000000000000000000',
  'telegram-bot': `123456789:${'0'.repeat(35)}`,
} as const

/** The settings of the shipped Pulumi.dev.yaml, freshly read, for a test to change. */
export function devSettings(): DevSettings {
  const { config } = parse(readFileSync(new URL('../../../Pulumi.dev.yaml', import.meta.url), 'utf8'))
  const settings = Object.entries(config).filter(([key]) => key.startsWith(PREFIX))
  return Object.fromEntries(settings.map(([key, value]) => [key.slice(PREFIX.length), value])) as DevSettings
}

/** Loose where tests put mistakes in. */
export interface DevSettings extends Record<string, unknown> {
  groups: Record<string, Record<string, unknown>>
  secrets: (Record<string, unknown> & { name: string; params: Record<string, unknown> })[]
  proxy: {
    clients: Record<string, unknown>[]
    routes: Record<string, unknown>[]
    loadBalancer: Record<string, unknown>
  } & Record<string, unknown>
}

/** The mistakes of the shipped config once `change` has been made to it. @throws Error when there is none */
export function problemsOf(change: (settings: DevSettings) => void, values: Record<string, unknown> = devValues) {
  const settings = devSettings()
  change(settings)
  try {
    parseStackConfig(settings, values)
  } catch (error) {
    if (error instanceof ProblemsError) return error.problems
    throw error
  }
  throw new Error('the config was accepted')
}

/** A secret of the shipped config. */
export const secretOf = (settings: DevSettings, name: string) => {
  const secret = settings.secrets.find((one) => one.name === name)
  if (!secret) throw new Error(`no secret ${name}`)
  return secret
}
