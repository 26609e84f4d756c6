import { type Problem, ProblemsError } from '../../core/errors.ts'
import { SecretString } from '../../core/secret-string.ts'
import { toProblems } from './problems.ts'
import { checkProxy } from './proxy-checks.ts'
import { clientShape, routeShape } from './proxy-schema.ts'
import { checkReferences, readInventory } from './reference-checks.ts'
import { type StackSettings, stackSchema } from './schema.ts'
import { checkSecret } from './secret-checks.ts'
import { checkTaskSize } from './task-size.ts'
import { checkValues, type RawValues } from './value-checks.ts'

export interface StackConfig extends StackSettings {
  /** First values that a person hands over, by inventory name. */
  readonly values: ReadonlyMap<string, SecretString>
}

/**
 * Checks a whole stack config (A2, A13) and fills in its defaults.
 * @throws ProblemsError `config-invalid` (needs-human) with every mistake, its path and what is allowed
 */
export function parseStackConfig(raw: Readonly<Record<string, unknown>>, values: RawValues): StackConfig {
  const read = stackSchema.safeParse(raw, { reportInput: true })
  const inventory = readInventory(raw, { client: clientShape, route: routeShape })
  const problems: Problem[] = [
    ...(read.success ? [] : toProblems(read.error, stackSchema)),
    ...inventory.secrets.flatMap((secret, index) => checkSecret(secret, `secrets[${index}]`)),
    ...checkReferences(inventory),
    ...checkProxy(raw.proxy),
    ...checkTaskSize(raw.proxy),
    ...checkValues(values, inventory),
  ]
  if (!read.success || problems.length > 0) throw invalid(problems)
  return {
    ...read.data,
    values: new Map(Object.entries(values).map(([name, value]) => [name, new SecretString(String(value))])),
  }
}

const byPath = new Intl.Collator('en', { numeric: true })

function invalid(problems: readonly Problem[]): Error {
  const sorted = [...problems].sort((one, other) => byPath.compare(one.path, other.path))
  const count = sorted.length === 1 ? 'one mistake' : `${sorted.length} mistakes`
  return new ProblemsError('config-invalid', `The stack config has ${count}; nothing was changed:`, sorted)
}
