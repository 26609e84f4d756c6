/**
 * Why a secret that has had a schedule cannot be without one (docs/decisions/029): Secrets Manager keeps its rules, also
 * while rotation is off.
 */
export const scheduleStays = (name: string, schedule: string): string =>
  `${name} has the schedule ${schedule} in Secrets Manager, which keeps one that it once had. Give "schedule" back to it in ` +
  'the stack config, or list a secret of another name without one.'
