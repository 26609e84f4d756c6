import { createHash } from 'node:crypto'
import { unzipSync } from 'fflate'
import type { Cloud } from '../../cloud.ts'
import { invalidParameter } from './errors.ts'
import { isInProcessCode } from './runtime/in-process.ts'
import type { FunctionRecord, FunctionVersion } from './state.ts'

export interface StoredCode {
  readonly codeSha256: string
  readonly codeSize: number
}

/** Keeps a zip under its digest. @throws ServiceError InvalidParameterValueException for what is no zip */
export function storeCode(cloud: Cloud, zip: Buffer): StoredCode {
  if (!isInProcessCode(zip) && !isZip(zip))
    throw invalidParameter('Could not unzip uploaded file. Please check your file, then try to upload again.')
  const codeSha256 = createHash('sha256').update(zip).digest('base64')
  cloud.state.lambda.code[codeSha256] = zip.toString('base64')
  return { codeSha256, codeSize: zip.length }
}

/** Forgets code that no version holds any more. */
export function dropUnusedCode(cloud: Cloud): void {
  const { functions, code } = cloud.state.lambda
  const used = new Set(
    Object.values(functions)
      .flatMap(versionsOf)
      .map(({ codeSha256 }) => codeSha256),
  )
  for (const digest of Object.keys(code)) if (!used.has(digest)) delete code[digest]
}

/** Every version that something may still run. */
export const versionsOf = ({ latest, change }: FunctionRecord): readonly FunctionVersion[] =>
  change?.previous ? [change.previous, latest] : [latest]

function isZip(bytes: Buffer): boolean {
  try {
    unzipSync(bytes, { filter: () => false })
    return bytes.length > 0
  } catch {
    return false
  }
}
