import { KeyturnError } from '../../core/errors.ts'

/** Who deploys, and who may read and put values by hand; the one is always among the others. */
export interface Deployer {
  /** ARN as policies see it in `aws:PrincipalArn`: a role with its path, never its session. */
  readonly arn: string
  readonly operators: readonly string[]
}

/**
 * Tells who deploys from the ARN of the caller. A session's ARN leaves the path of its role out, which a policy must
 * name, so the role itself is asked for; `roleArn` is AWS's answer to `iam:GetRole`.
 * @throws KeyturnError `operators-needed` (needs-human) when the role cannot be read and no operator has its name
 * @throws KeyturnError `operators-without-deployer` (needs-human) when the config's operators leave the deployer out
 */
export async function readDeployer(
  configured: readonly string[] | undefined,
  callerArn: string,
  roleArn: (name: string) => Promise<string>,
): Promise<Deployer> {
  const [, name] = /^arn:[^:]+:sts::\d{12}:assumed-role\/([^/]+)\/.+$/.exec(callerArn) ?? []
  if (name === undefined) return among(configured, callerArn)
  const arn = await roleArn(name).catch(() => undefined)
  if (arn !== undefined) return among(configured, arn)
  // Two roles of an account never share a name, whatever their paths.
  const named = configured?.find((operator) => matches(operator.slice(operator.lastIndexOf('/') + 1), name))
  if (configured && named !== undefined) return { arn: named, operators: configured }
  throw new KeyturnError(
    'operators-needed',
    `The role that deploys, ${name}, could not be read (iam:GetRole), and its session does not tell its path. ` +
      `List its ARN in "keyturn:operators": aws iam get-role --role-name ${name} --query Role.Arn --output text`,
  )
}

function among(configured: readonly string[] | undefined, arn: string): Deployer {
  if (configured === undefined) return { arn, operators: [arn] }
  if (configured.some((operator) => matches(operator, arn))) return { arn, operators: configured }
  throw new KeyturnError(
    'operators-without-deployer',
    `"keyturn:operators" leaves out the identity that deploys, which makes the secrets and puts their first values, ` +
      `and would be locked out of both. Add it to the list: ${arn}`,
  )
}

/** As `ArnEquals` compares: `*` and `?` are wildcards. */
function matches(pattern: string, text: string): boolean {
  const source = pattern
    .replaceAll(/[.+^${}()|[\]\\]/g, String.raw`\$&`)
    .replaceAll('*', '.*')
    .replaceAll('?', '.')
  return new RegExp(`^${source}$`).test(text)
}
