/** `arn:aws:events:eu-central-1:000000000000:rule/name` → `name` */
export const ruleOfArn = (arn: string): string => arn.replace(/^arn:aws:events:[^:]*:\d*:rule\/(default\/)?/, '')
