import { isDeepStrictEqual } from 'node:util'
import * as pulumi from '@pulumi/pulumi'
import type { Problem } from '../../core/errors.ts'
import { isObject } from './lenient.ts'
import { parseStackConfig, type StackConfig } from './parse.ts'
import type { StackFile } from './stack-file.ts'
import { inClear } from './stored-values.ts'
import type { Source } from './tell.ts'
import type { RawValues } from './value-checks.ts'

/** Pulumi has no public way to ask whether a key is secret; its exact version is pinned. */
const runtime = pulumi.runtime as typeof pulumi.runtime & { isConfigSecret(key: string): boolean }

const NAMESPACE = 'keyturn:'
const VALUES = 'keyturn:values'

/**
 * The running stack's config, read once. `file` is what seems to be the stack's file: Pulumi hands over values, and
 * only a file has lines.
 * @throws ProblemsError `config-invalid` with every mistake
 * @throws ProblemsError `config-values-clear` when first values are not encrypted in the stack's file
 */
export function readStackConfig(file?: StackFile): StackConfig {
  const all = pulumi.runtime.allConfig()
  const settings = Object.fromEntries(
    Object.entries(all).flatMap(([key, text]) =>
      key.startsWith(NAMESPACE) && key !== VALUES ? [[key.slice(NAMESPACE.length), fromText(text)]] : [],
    ),
  )
  const { values, problems } = valuesOf(all[VALUES])
  const inFile = file?.problems.clear ?? []
  const unsealed = holdsSome(all[VALUES]) && !runtime.isConfigSecret(VALUES)
  const clear = unsealed && inFile.length === 0 ? [inClear(['values'])] : inFile
  const others = [...(file?.problems.others ?? []), ...problems]
  return parseStackConfig(settings, values, { file: sourceOf(file, settings), clear, others })
}

/** The file, for what stands in it as it was handed over: the config may be another file's. */
const sourceOf = (file: StackFile | undefined, settings: Readonly<Record<string, unknown>>): Source | undefined =>
  file && {
    name: file.name,
    place: (path) => {
      const [section] = path
      const same = section === 'values' || isDeepStrictEqual(file.settings[String(section)], settings[String(section)])
      return same ? file.place(path) : undefined
    },
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

function valuesOf(text: string | undefined): { values: RawValues | undefined; problems: readonly Problem[] } {
  const values = text === undefined ? {} : fromText(text)
  if (isObject(values)) return { values, problems: [] }
  const message = `must hold one value for each supplied secret. Run: pulumi config set --secret --path '${VALUES}.<name>'`
  return { values: undefined, problems: [{ path: 'values', message }] }
}
