import { ListSecretVersionIdsCommand, ResourceNotFoundException } from '@aws-sdk/client-secrets-manager'
import { ROTATED } from './exercise.ts'
import { fullName, keyIn, value } from './operate.ts'
import type { StackUnderTest } from './stack-under-test.ts'

/** A text by which a secret would be recognised in a sink. */
export interface Needle {
  /** Which secret, version and form it is: for a report that must not show it. */
  readonly name: string
  readonly text: string
}

/** Every value of every version of every secret, the deprecated ones included, in the forms in which it could leak. */
export async function needlesOf(stack: StackUnderTest): Promise<readonly Needle[]> {
  const needles: Needle[] = []
  for (const name of ROTATED) {
    for (const versionId of await versionIds(stack, name)) {
      const text = await value(stack, name, versionId).catch(withoutValue)
      if (text !== undefined) needles.push(...formsOf(`${name} ${versionId.slice(0, 8)}`, text))
    }
  }
  return [...new Map(needles.map((needle) => [needle.text, needle])).values()]
}

/** A value whole, its key, the key's end (a log that cuts texts short), and what encodings make of it. */
export function formsOf(name: string, text: string): Needle[] {
  const key = keyIn(text)
  return [
    { name: `${name} (value)`, text },
    { name: `${name} (key)`, text: key },
    // Longer than any word of our code: throwaway values are sometimes made of such.
    { name: `${name} (last 24 of the key)`, text: key.slice(-24) },
    { name: `${name} (JSON)`, text: inJson(text) },
    { name: `${name} (JSON in JSON)`, text: inJson(inJson(text)) },
    { name: `${name} (base64)`, text: Buffer.from(key).toString('base64').replace(/.?=*$/, '') },
    { name: `${name} (in a URL)`, text: encodeURIComponent(key) },
  ]
}

const inJson = (text: string): string => JSON.stringify(text).slice(1, -1)

async function versionIds({ secrets }: StackUnderTest, name: string): Promise<readonly string[]> {
  const { Versions = [] } = await secrets.send(
    new ListSecretVersionIdsCommand({ SecretId: fullName(name), IncludeDeprecated: true, MaxResults: 100 }),
  )
  return Versions.map(({ VersionId }) => VersionId ?? '')
}

/** A version that was given up before it had a value. */
function withoutValue(error: unknown): undefined {
  if (!(error instanceof ResourceNotFoundException)) throw error
}

export interface Leak {
  readonly needle: string
  readonly sink: string
}

/** Looks for every needle in every sink. */
export function search(needles: readonly Needle[], sinks: ReadonlyMap<string, string>): Leak[] {
  return [...sinks].flatMap(([sink, text]) =>
    needles.filter((needle) => text.includes(needle.text)).map((needle) => ({ needle: needle.name, sink })),
  )
}
