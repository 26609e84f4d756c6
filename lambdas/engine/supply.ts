import { KeyturnError } from '../../core/errors.ts'
import { isGraceLabel } from '../../core/grace.ts'
import type { SecretString } from '../../core/secret-string.ts'
import { SUPPLIED_LABEL } from '../../core/tags.ts'
import type { VersionLabels } from '../../core/versions.ts'
import { poll } from '../strategies/poll.ts'
import { READ_AFTER_WRITE_MS } from './preconditions.ts'
import type { Rotation } from './rotation.ts'
import type { SecretDescription } from './store.ts'

/**
 * The next value: the one that a person left for this rotation, where the strategy takes one, else one that it makes.
 * What a person left keeps its label until it is promoted: a rotation that fails on the way must not cost a value that
 * has to be obtained again.
 * @throws KeyturnError `nothing-supplied`, `supplied-value-malformed` (needs-human)
 */
export async function nextValue(rotation: Rotation, secret: SecretDescription): Promise<SecretString> {
  const { strategy, token } = rotation
  const supplied = strategy.supply === 'never' ? undefined : await takeSupplied(rotation, secret)
  if (supplied) return supplied
  if (!strategy.create) throw nothingSupplied(secret.name)
  return strategy.create(rotation.context(token))
}

async function takeSupplied(rotation: Rotation, secret: SecretDescription): Promise<SecretString | undefined> {
  const { store, strategy, params, token } = rotation
  const versionId = suppliedVersion(secret.versions)
  if (versionId === undefined) {
    // Somebody may have taken the label off meanwhile; an earlier attempt may have stored what it took. Where the strategy
    // makes values itself it may make another now: the pending version keeps the one that it has.
    return strategy.create ? undefined : store.read({ versionId: token, label: 'AWSPENDING' })
  }
  // It may have been put a moment ago.
  const value = await poll(
    async () => {
      const found = await store.read({ versionId })
      return found ? { done: found } : { again: undefined }
    },
    { ...rotation, withinMs: READ_AFTER_WRITE_MS },
  )
  if (!value) throw nothingSupplied(secret.name)
  const problem = strategy.checkValue(value, params)
  if (problem === undefined) return value
  throw new KeyturnError(
    'supplied-value-malformed',
    `The supplied value cannot be used: ${problem}. The current value stays in force. ${supplyAnother(rotation, secret, versionId)}`,
  )
}

function supplyAnother({ strategy }: Rotation, { name }: SecretDescription, versionId: string): string {
  const another = `Supply another: keyturn rotate ${name} --value-from -`
  if (!strategy.create) return another
  return (
    `${another}; or have Keyturn make one: aws secretsmanager update-secret-version-stage --secret-id ${name} ` +
    `--version-stage ${SUPPLIED_LABEL} --remove-from-version-id ${versionId}, then rotate`
  )
}

/**
 * Takes the label off what has been promoted, so that the next rotation does not promote it again. A newer value that
 * was supplied meanwhile is another one, and waits for the next rotation.
 */
export async function releaseSupplied(
  { store, token }: Rotation,
  versions: VersionLabels,
  promoted?: SecretString,
): Promise<void> {
  const versionId = suppliedVersion(versions)
  if (versionId === undefined) return
  const current = promoted ?? (await store.read({ versionId: token }))
  const supplied = await store.read({ versionId })
  if (supplied === undefined || supplied.reveal() !== current?.reveal()) return
  await store.dropLabel(SUPPLIED_LABEL, versionId)
}

/**
 * The version that waits to be promoted. One that is or was current has been: a label that was left on it must not bring
 * an old value back.
 */
function suppliedVersion(versions: VersionLabels): string | undefined {
  const over = (label: string): boolean => label === 'AWSCURRENT' || label === 'AWSPREVIOUS' || isGraceLabel(label)
  return Object.keys(versions).find((id) => {
    const labels = versions[id] ?? []
    return labels.includes(SUPPLIED_LABEL) && !labels.some(over)
  })
}

const nothingSupplied = (name: string): Error =>
  new KeyturnError(
    'nothing-supplied',
    `No new value has been supplied for ${name}; the current one stays in force. Obtain one and run: keyturn rotate ${name} --value-from - ` +
      `(or put it with the AWS CLI under --version-stages ${SUPPLIED_LABEL} and rotate).`,
  )
