import type { PermissionStatement } from '../../core/permissions.ts'

/** What the engine itself calls, whatever the strategy. Every action is one that a rotation, a retirement or a failure uses. */
export const enginePermissions: readonly PermissionStatement[] = [
  {
    sid: 'RotateOwnSecret',
    actions: [
      'secretsmanager:DescribeSecret',
      'secretsmanager:GetSecretValue',
      'secretsmanager:PutSecretValue',
      'secretsmanager:UpdateSecretVersionStage',
      'secretsmanager:TagResource',
    ],
    on: { kind: 'own-secret' },
  },
  { sid: 'UseOwnKey', actions: ['kms:Decrypt', 'kms:GenerateDataKey'], on: { kind: 'own-key' } },
]
