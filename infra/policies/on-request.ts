import { TAG } from '../../core/tags.ts'
import type { Naming } from '../naming.ts'
import { allow, allowTagged, type IamStatement } from './permissions.ts'

/**
 * What a rotation function needs to turn rotation without a schedule on and off: for the secrets of its own strategies,
 * with itself as the function, and neither a schedule nor a rotation to begin with.
 */
export function onRequestStatements(functionArn: string, kinds: readonly string[], naming: Naming): IamStatement[] {
  const own = { [TAG.strategy]: [...new Set(kinds)].sort() }
  const turnOn = allowTagged('TurnRotationOn', ['secretsmanager:RotateSecret'], naming, own)
  return [
    {
      ...turnOn,
      Condition: {
        StringEquals: {
          ...turnOn.Condition?.StringEquals,
          'secretsmanager:RotationLambdaARN': functionArn,
        },
        Bool: { 'secretsmanager:ModifyRotationRules': 'false', 'secretsmanager:RotateImmediately': 'false' },
      },
    },
    allowTagged('TurnRotationOff', ['secretsmanager:CancelRotateSecret'], naming, own),
    // Secrets Manager asks it of whoever names a rotation function.
    allow('NameItself', ['lambda:InvokeFunction'], [functionArn]),
  ]
}
