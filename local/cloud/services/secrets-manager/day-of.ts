/** Midnight UTC: Secrets Manager keeps the day of the last access, not the moment. */
export function dayOf(moment: Date): string {
  return `${moment.toISOString().slice(0, 10)}T00:00:00.000Z`
}
