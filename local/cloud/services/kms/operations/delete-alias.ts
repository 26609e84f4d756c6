import { z } from 'zod'
import { parseInput } from '../../parse-input.ts'
import type { Call } from '../../service.ts'
import { authorizeKey } from '../authorize-key.ts'
import { aliasName } from '../input.ts'
import { aliasArn, findKey } from '../key.ts'

const schema = z.object({ AliasName: aliasName })

/** https://docs.aws.amazon.com/kms/latest/APIReference/API_DeleteAlias.html */
export function deleteAlias(input: unknown, call: Call): unknown {
  const { AliasName } = parseInput(schema, input)
  const { cloud } = call
  call.authorize('kms:DeleteAlias', aliasArn(cloud, AliasName))
  authorizeKey(call, 'kms:DeleteAlias', findKey(cloud, AliasName))
  delete cloud.state.kms.aliases[AliasName]
  return {}
}
