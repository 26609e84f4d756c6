import { KeyturnError } from '../../core/errors.ts'
import type { SecretString } from '../../core/secret-string.ts'
import { SUPPLIED_LABEL } from '../../core/tags.ts'
import type { VersionLabels } from '../../core/versions.ts'
import type { Rotation } from './rotation.ts'
import type { SecretDescription } from './store.ts'

/**
 * The value that a person left for this rotation. It keeps its label until it is promoted: a rotation that fails on
 * the way must not cost a value that has to be obtained again.
 * @throws KeyturnError `nothing-supplied` (needs-human)
 */
export async function takeSupplied({ store, token }: Rotation, secret: SecretDescription): Promise<SecretString> {
  const versionId = suppliedVersion(secret.versions)
  const value =
    versionId === undefined
      ? // Somebody has taken the label off meanwhile; an earlier attempt may have stored what it took.
        await store.read({ versionId: token, label: 'AWSPENDING' })
      : await store.read({ versionId })
  if (!value) throw nothingSupplied(secret.name)
  return value
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

function suppliedVersion(versions: VersionLabels): string | undefined {
  return Object.keys(versions).find((id) => {
    const labels = versions[id] ?? []
    return labels.includes(SUPPLIED_LABEL) && !labels.includes('AWSCURRENT')
  })
}

const nothingSupplied = (name: string): Error =>
  new KeyturnError(
    'nothing-supplied',
    `No new value has been supplied for ${name}; the current one stays in force. Obtain one and run: keyturn rotate ${name} --value-from - ` +
      `(or put it with the AWS CLI under --version-stages ${SUPPLIED_LABEL} and rotate).`,
  )
