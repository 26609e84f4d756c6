import { InvalidParameterException, InvalidRequestException } from '@aws-sdk/client-secrets-manager'
import { needsHuman } from '../../core/errors.ts'
import type { SecretString } from '../../core/secret-string.ts'
import { SUPPLIED_LABEL } from '../../core/tags.ts'
import type { Rotation } from './rotation.ts'
import type { SecretDescription } from './store.ts'

export interface Supply {
  /** @throws KeyturnError `nothing-supplied` (needs-human) */
  take(): Promise<SecretString>
  /** Takes the label off what was taken, so that the next rotation does not promote it again. */
  consume(): Promise<void>
}

/** The value that a person left for this rotation. It is bound to its version: a newer one is left for the next rotation. */
export function openSupply({ store, token }: Rotation, secret: SecretDescription): Supply {
  const versionId = Object.keys(secret.versions).find((id) => {
    const labels = secret.versions[id] ?? []
    return labels.includes(SUPPLIED_LABEL) && !labels.includes('AWSCURRENT')
  })
  let taken: string | undefined

  /** An attempt that was cut off after taking the label off left the value in the pending version. */
  async function alreadyTaken(): Promise<SecretString> {
    const value = await store.read({ versionId: token, label: 'AWSPENDING' })
    if (!value) throw nothingSupplied(secret.name)
    return value
  }

  return {
    take: async () => {
      if (versionId === undefined) return alreadyTaken()
      const value = await store.read({ versionId })
      if (!value) throw nothingSupplied(secret.name)
      taken = versionId
      return value
    },
    consume: async () => {
      if (taken === undefined) return
      try {
        await store.dropLabel(SUPPLIED_LABEL, taken)
      } catch (error) {
        // The label has moved on: a newer value was supplied meanwhile, and waits for the next rotation.
        if (!(error instanceof InvalidParameterException || error instanceof InvalidRequestException)) throw error
      }
    },
  }
}

const nothingSupplied = (name: string): Error =>
  needsHuman(
    'nothing-supplied',
    `No new value has been supplied for ${name}; the current one stays in force. Obtain one and run: keyturn rotate ${name} --value-from - ` +
      `(or put it with the AWS CLI under --version-stages ${SUPPLIED_LABEL} and rotate).`,
  )
