import { join } from 'node:path'
import { KeyturnError } from '../../core/errors.ts'
import { ACCOUNT_ID } from '../cloud/cloud.ts'
import { ADMINISTRATOR_KEY } from '../cloud/services/iam/create-iam.ts'
import { type OriginMap, rewriteOrigins } from './rewrite-origins.ts'
import { readStackFiles } from './stack-files.ts'

export interface LocalStackOptions {
  /** Origin of the local upstream: `https://127.0.0.1:8081`. */
  readonly upstreamUrl: string
  /** Throwaway first values that a person would hand over, by inventory name, in place of `pulumi config set --secret`. */
  readonly secrets: Readonly<Record<string, string>>
  /** `dev` unless given. */
  readonly stack?: string | undefined
  /** Where Pulumi.yaml is; the root of this repository unless given. */
  readonly directory?: string
  /** Laid over the files' values, by key with namespace; undefined takes a setting away. */
  readonly overrides?: Readonly<Record<string, unknown>>
}

export interface LocalStackConfig {
  readonly project: string
  readonly stack: string
  /** The stack's settings as its file and the overrides have them, with the providers' own addresses. */
  readonly shipped: Readonly<Record<string, unknown>>
  /** As Pulumi hands it to a program: every value as text. */
  readonly config: Record<string, string>
  /** Keys of `config` that hold secrets. */
  readonly secretKeys: string[]
  /** Origins in the config that this machine has no stand-in for. */
  readonly unmapped: string[]
}

const VALUES = 'keyturn:values'
const ROOT = join(import.meta.dirname, '../..')

/** Providers that the local upstream plays, by the origin that their real ones have. */
const providerOrigins = (upstreamUrl: string): OriginMap => ({
  'https://api.openai.com': `${upstreamUrl}/openai`,
  'https://openrouter.ai': `${upstreamUrl}/openrouter`,
})

/**
 * The shipped stack's config with what a laptop must have otherwise: providers are the local upstream, and secrets are
 * throwaway ones.
 * @throws KeyturnError `stack-file-unreadable`, or `stack-secret-encrypted` for another secret than `keyturn:values`
 */
export async function localStackConfig(options: LocalStackOptions): Promise<LocalStackConfig> {
  const { stack = 'dev', directory = ROOT, upstreamUrl, secrets, overrides = {} } = options
  const files = await readStackFiles(directory, stack)
  const { [NETWORK]: network, ...rest } = files.config
  const shipped = { ...rest, ...ofFunctions(network) }
  const laid = { ...shipped, ...withLocalOperator(shipped), ...overrides }
  const { value, unmapped } = rewriteOrigins(laid, providerOrigins(upstreamUrl))
  const settings = Object.entries(value as Record<string, unknown>).filter(
    ([key, setting]) => key !== VALUES && setting !== undefined,
  )
  const encrypted = settings.filter(([, setting]) => holdsEncrypted(setting)).map(([key]) => key)
  if (encrypted.length > 0) {
    throw new KeyturnError(
      'stack-secret-encrypted',
      `Pulumi.${stack}.yaml: ${encrypted.join(', ')} is encrypted for Pulumi's own key; local mode can fill in ${VALUES} only.`,
    )
  }
  const config = Object.fromEntries(settings.map(([key, setting]) => [key, toText(setting)]))
  if (Object.keys(secrets).length === 0)
    return { project: files.project, stack, shipped: laid, config, secretKeys: [], unmapped: [...unmapped] }
  config[VALUES] = JSON.stringify(secrets)
  return { project: files.project, stack, shipped: laid, config, secretKeys: [VALUES], unmapped: [...unmapped] }
}

/** The stack's operators are of another account; on a laptop the local administrator deploys, and must be one. */
function withLocalOperator(config: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const operators = config[OPERATORS]
  return Array.isArray(operators) ? { [OPERATORS]: [...operators, ADMINISTRATOR] } : {}
}

/** Names a VPC of another account; a laptop's account has its default one. */
const NETWORK = 'keyturn:network'

/** The proxy's VPC is not there on a laptop; where functions go is checked, recorded, and does nothing. */
function ofFunctions(network: unknown): Record<string, unknown> {
  const settings = Object.entries((network ?? {}) as object).filter(([setting]) => setting.startsWith('function'))
  return settings.length === 0 ? {} : { [NETWORK]: Object.fromEntries(settings) }
}

const OPERATORS = 'keyturn:operators'
const ADMINISTRATOR = `arn:aws:iam::${ACCOUNT_ID}:user/${ADMINISTRATOR_KEY}`

const toText = (setting: unknown): string => (typeof setting === 'string' ? setting : JSON.stringify(setting))

/** `{ secure: v1:… }`, as Pulumi writes a secret into a stack's file. */
function holdsEncrypted(setting: unknown): boolean {
  if (typeof setting !== 'object' || setting === null) return false
  if (Object.keys(setting).join() === 'secure') return true
  return Object.values(setting).some(holdsEncrypted)
}
