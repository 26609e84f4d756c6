import { PutSecretValueCommand, UpdateSecretVersionStageCommand } from '@aws-sdk/client-secrets-manager'
import type { KeySet } from '../../core/versions.ts'
import { openAiParams } from './provider-params.ts'
import type { RotationRig } from './rotation-rig.ts'

/** A `provider-key` secret with a project of its own at the provider. */
export interface ProviderSecret {
  readonly arn: string
  readonly project: string
  /** The parameters that the function reads: change them, and the next step sees it. */
  readonly params: Record<string, unknown>
}

let serial = 0

/** What tests of keys at a provider do to secrets, and what they look at. */
export function providerSecrets(rig: () => RotationRig) {
  const keys = (arn: string): Promise<KeySet> => rig().keys(arn)
  const retire = (arn: string, VersionId: string) => rig().invoke({ Step: 'retireSecret', SecretId: arn, VersionId })
  return {
    async make(grace = '1h'): Promise<ProviderSecret> {
      const project = `proj_live_${++serial}`
      const params = openAiParams(rig().upstream.url, project)
      const arn = await rig().create(`live-${serial}`, { strategy: 'provider-key', params, grace })
      return { arn, project, params }
    },
    keys,
    current: async (arn: string): Promise<string> => (await keys(arn)).current ?? '',
    keyId: async (arn: string, versionId: string): Promise<string> =>
      JSON.parse(await rig().value(arn, versionId)).keyId,
    /** Ids of the keys that live at the provider. */
    alive: (project: string): string[] =>
      rig()
        .upstream.keys.live('openai', project)
        .map(({ id }) => id),
    putByHand: (arn: string, text: string) =>
      rig().secrets.send(new PutSecretValueCommand({ SecretId: arn, SecretString: text })),
    move: (arn: string, label: string, to: string | undefined, from?: string) =>
      rig().secrets.send(
        new UpdateSecretVersionStageCommand({
          SecretId: arn,
          VersionStage: label,
          ...(to && { MoveToVersionId: to }),
          ...(from && { RemoveFromVersionId: from }),
        }),
      ),
    retire,
    order: (arn: string) => rig().invoke({ Step: 'orderVersions', SecretId: arn }),
    async sweep(arn: string): Promise<void> {
      for (const { versionId } of (await keys(arn)).expired) await retire(arn, versionId)
    },
    tags(arn: string): Record<string, string> {
      return Object.values(rig().cloud.state.secretsManager.secrets).find((secret) => secret.arn === arn)?.tags ?? {}
    },
  }
}
