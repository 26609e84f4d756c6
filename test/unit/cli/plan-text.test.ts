import { describe, expect, it } from 'vitest'
import { busiest } from '../../../cli/plan/busiest.ts'
import type { Plan } from '../../../cli/plan/make-plan.ts'
import { planToJson, printPlan } from '../../../cli/plan/print-plan.ts'
import { planRotations } from '../../../cli/plan/rotations.ts'
import type { SecretSettings, StackSettings } from '../../../infra/config/schema.ts'

const FROM = new Date('2026-11-24T10:00:00Z')
const base = { strategy: 'random', group: 'internal', owner: 'o', description: 'd', window: '1h', grace: '24h' }

function planOf(secrets: readonly Record<string, unknown>[], days = 30): Plan {
  const settings = {
    secrets: secrets.map((secret) => ({ ...base, ...secret })),
    sweepMinutes: 7,
  } as unknown as StackSettings
  const planned = planRotations(settings.secrets as SecretSettings[], { from: FROM, days })
  return {
    file: { path: '/x/Pulumi.dev.yaml', name: 'Pulumi.dev.yaml', stack: 'dev', stackTag: 'keyturn/dev' },
    settings,
    from: FROM,
    days,
    secrets: planned,
    busiest: busiest(planned),
    missingValues: [],
    against: undefined,
  }
}

describe('a plan in words', () => {
  it('shows a secret without a schedule as one that rotates when asked', () => {
    const plan = planOf([{ name: 'token' }])
    expect(printPlan(plan)).toContain('token  random · no schedule · grace 1d\n  when asked: keyturn rotate token\n')
    expect(printPlan(plan)).not.toContain('a rate counts')
    const [token] = (planToJson(plan) as { secrets: object[] }).secrets
    expect(token).toMatchObject({ schedule: undefined, window: undefined, rotations: [], next: undefined })
  })

  it('shows the first four rotations, and counts the others', () => {
    const text = printPlan(planOf([{ name: 'often', schedule: 'cron(0 1,13 * * ? *)', grace: '6h' }]))
    expect(text).toContain(`often  random · cron(0 1,13 * * ? *) · grace 6h
  Tue 2026-11-24 13:00 to 14:00      →  Tue 2026-11-24 19:00 to 20:00
  Wed 2026-11-25 01:00 to 02:00      →  Wed 2026-11-25 07:00 to 08:00
  Wed 2026-11-25 13:00 to 14:00      →  Wed 2026-11-25 19:00 to 20:00
  Thu 2026-11-26 01:00 to 02:00      →  Thu 2026-11-26 07:00 to 08:00
  … and 56 more, the last Thu 2026-12-24 01:00 to 02:00`)
  })

  it('writes the end of a day as its 24:00, and what reaches into the next with its weekday', () => {
    const text = printPlan(planOf([{ name: 'late', schedule: 'cron(0 21 ? * FRI *)', window: '3h', grace: '90m' }], 7))
    expect(text).toContain('  Fri 2026-11-27 21:00 to 24:00      →  Fri 2026-11-27 22:30 to Sat 01:30\n')
  })

  it('says that an old key dies at once, and names the busiest moment', () => {
    const text = printPlan(
      planOf(
        [
          { name: 'one', schedule: 'cron(0 3 ? * MON *)', window: '3h', grace: 'revoke-now' },
          { name: 'two', schedule: 'cron(0 5 ? * MON *)', window: '2h' },
        ],
        7,
      ),
    )
    expect(text).toContain('  Mon 2026-11-30 03:00 to 06:00      →  at once\n')
    expect(text).toContain(`Busiest, if all of them are rotated at one moment:
  Mon 2026-11-30 05:00 to 06:00  2 windows open at once
    one, two`)
    expect(text).toContain('revoked there within 7 min after')
  })

  it('keeps to 80 columns with names of 48 characters', () => {
    const names = Array.from({ length: 8 }, (_, index) => `${'long-name-'.repeat(4)}${'x'.repeat(7)}${index}`)
    const text = printPlan(
      planOf(names.map((name) => ({ name, schedule: 'cron(0 3,15 ? JAN,NOV MON-FRI *)', grace: '6h' }))),
    )
    expect(text.split('\n').filter((line) => line.length > 80)).toEqual([])
    expect(text).toContain('and 3 more')
  })
})
