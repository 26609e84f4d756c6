import * as pulumi from '@pulumi/pulumi'
import { ProblemsError } from '../../core/errors.ts'
import { parseStackConfig, type StackConfig } from './parse.ts'
import { inClear, valuesInClear } from './stored-values.ts'

/** Pulumi has no public way to ask whether a key is secret; its exact version is pinned. */
const runtime = pulumi.runtime as typeof pulumi.runtime & { isConfigSecret(key: string): boolean }

const NAMESPACE = 'keyturn:'
const VALUES = 'keyturn:values'

/**
 * The running stack's config, read once.
 * @throws ProblemsError `config-invalid` with every mistake
 * @throws ProblemsError `config-values-clear` when first values are not encrypted in the stack's file
 */
export function readStackConfig(): StackConfig {
  const all = pulumi.runtime.allConfig()
  if (holdsSome(all[VALUES]) && !runtime.isConfigSecret(VALUES)) throw valuesInClear([inClear(['values'])])
  const settings = Object.entries(all).filter(([key]) => key.startsWith(NAMESPACE) && key !== VALUES)
  return parseStackConfig(
    Object.fromEntries(settings.map(([key, text]) => [key.slice(NAMESPACE.length), fromText(text)])),
    valuesOf(all[VALUES]),
  )
}

/** Pulumi hands every value over as text: objects, lists, numbers and booleans as JSON, texts as they are. */
function fromText(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

const holdsSome = (text: string | undefined): boolean => text !== undefined && text.trim() !== '{}'

function valuesOf(text: string | undefined): Readonly<Record<string, unknown>> {
  const values = text === undefined ? {} : fromText(text)
  if (values !== null && typeof values === 'object' && !Array.isArray(values)) return values as Record<string, unknown>
  throw new ProblemsError('config-invalid', 'The stack config has one mistake; nothing was changed:', [
    {
      path: 'values',
      message: `must hold one value for each supplied secret. Run: pulumi config set --secret --path '${VALUES}.<name>'`,
    },
  ])
}
