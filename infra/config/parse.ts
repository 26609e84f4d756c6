import { type Problem, ProblemsError } from '../../core/errors.ts'
import { SecretString } from '../../core/secret-string.ts'
import { strategies } from '../../lambdas/strategies/find-strategy.ts'
import { fieldOf } from './lenient.ts'
import { formatPath, readPath } from './path.ts'
import { toProblems } from './problems.ts'
import { checkProxy } from './proxy-checks.ts'
import { clientShape, routeShape } from './proxy-schema.ts'
import { checkReferences, readInventory } from './reference-checks.ts'
import { asWritten, repairKeys } from './repair.ts'
import { type StackSettings, stackSchema } from './schema.ts'
import { checkSecret } from './secret-checks.ts'
import { heading, type StackFile } from './stack-file.ts'
import { checkTaskSize } from './task-size.ts'
import { type Mistake, type Source, tell } from './tell.ts'
import { checkValues, missingValues, type RawValues, SEALED } from './value-checks.ts'

export interface StackConfig extends StackSettings {
  /** First values that a person hands over, by inventory name. */
  readonly values: ReadonlyMap<string, SecretString>
}

export interface FoundBefore {
  /** Where the config was read from, if that is known. */
  readonly file?: Source | undefined
  /** First values that stand there in clear. */
  readonly clear?: readonly Problem[]
  readonly others?: readonly Problem[]
}

/**
 * Checks a whole stack config (A2, A13) and fills in its defaults; `values` are undefined when they could not be read.
 * @throws ProblemsError `config-invalid` (needs-human) with every mistake, its place and what is allowed, or
 * `config-values-clear` when one of them is a first value in clear
 */
export function parseStackConfig(
  raw: Readonly<Record<string, unknown>>,
  values: RawValues | undefined,
  before: FoundBefore = {},
): StackConfig {
  const settings = check(raw, values, before)
  return {
    ...settings,
    values: new Map(Object.entries(values ?? {}).map(([name, value]) => [name, new SecretString(String(value))])),
  }
}

export interface CheckedFile {
  readonly settings: StackSettings
  /** Secrets whose first value a person has yet to set. */
  readonly missing: readonly string[]
}

/**
 * Checks a stack's file as it stands, whose first values are encrypted, without Pulumi and without AWS.
 * @throws ProblemsError as {@link parseStackConfig}
 */
export function checkStackFile(file: StackFile): CheckedFile {
  const names = file.values === 'sealed' ? undefined : file.values
  const there = Object.fromEntries((names ?? []).map((name) => [name, SEALED]))
  const missing = names === undefined ? [] : missingValues(readInventory(file.settings, shapes), there)
  const values = names && { ...there, ...Object.fromEntries(missing.map((name) => [name, SEALED])) }
  return { settings: check(file.settings, values, { file, ...file.problems }), missing }
}

const shapes = { client: clientShape, route: routeShape }

function check(
  raw: Readonly<Record<string, unknown>>,
  values: RawValues | undefined,
  { file, clear = [], others = [] }: FoundBefore,
): StackSettings {
  const { value: settled, renamed, problems: stray } = repairKeys(stackSchema, raw, paramsSchema)
  const read = stackSchema.safeParse(settled, { reportInput: true })
  const inventory = readInventory(settled, shapes)
  const mistakes: readonly Mistake[] = [
    ...(read.success ? [] : toProblems(read.error, stackSchema)),
    ...inventory.secrets.flatMap((secret, index) => checkSecret(secret, `secrets[${index}]`)),
    ...checkReferences(inventory),
    ...checkProxy(fieldOf(settled, 'proxy')),
    ...checkTaskSize(fieldOf(settled, 'proxy')),
    ...(values === undefined ? [] : checkValues(values, inventory)),
  ]
  const written = (path: string): string => formatPath(asWritten(readPath(path), renamed))
  const where = mistakes.map(({ path, also, ...mistake }) => ({
    ...mistake,
    path: written(path),
    ...(also !== undefined && { also: written(also) }),
  }))
  const problems = tell([...clear, ...others, ...stray, ...where], raw, file)
  if (read.success && problems.length === 0) return read.data
  const code = clear.length > 0 ? 'config-values-clear' : 'config-invalid'
  const name = problems.find((problem) => problem.file !== undefined)?.file ?? 'The stack config'
  throw new ProblemsError(code, heading(name, problems.length), problems)
}

/** The schema leaves a secret's `params` to its strategy. */
function paramsSchema(secret: Record<string, unknown>, key: string) {
  const { strategy } = secret
  if (key !== 'params' || typeof strategy !== 'string' || !Object.hasOwn(strategies, strategy)) return undefined
  return strategies[strategy]?.params
}
