/** The name of a secret given by ARN or by name: an ARN ends in it, a hyphen and six characters that AWS adds. */
export function secretName(secretId: string): string {
  const match = /^arn:[^:]+:secretsmanager:[^:]*:[^:]*:secret:(.+)-[A-Za-z0-9]{6}$/.exec(secretId)
  return match?.[1] ?? secretId
}
