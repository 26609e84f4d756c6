import { type Applied, type ApplyOptions, applyStack } from '../../../local/apply/apply.ts'
import type { RunningCloud } from '../../../local/cloud/start-cloud.ts'

/** How the tests' own SDK clients reach a local cloud. */
export const clientOptions = ({ url }: RunningCloud) => ({
  endpoint: url,
  region: 'eu-central-1',
  credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
})

/** Applies programs to one cloud as the stack `dev`, without config unless given. */
export const applyTo =
  (cloud: () => RunningCloud) =>
  (program: ApplyOptions['program'], options: Partial<ApplyOptions> = {}): Promise<Applied> =>
    applyStack({ cloudUrl: cloud().url, stack: 'dev', config: {}, configSecrets: [], program, ...options })

/** `update one`, for each resource that did not stay as it was. */
export const touched = ({ changes }: Applied): string[] =>
  changes.filter(({ action }) => action !== 'unchanged').map(({ action, name }) => `${action} ${name}`)
