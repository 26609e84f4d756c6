/** One question that a call put to IAM, and the answer. */
export interface JournalAuthorization {
  readonly action: string
  readonly resource: string
  /** `allowed by <role>/<policy>/<sid>`, or why it was denied. */
  readonly decision: string
}

/** One call to the local cloud or to a rotation target. Names only: never a value. */
export interface JournalEntry {
  readonly seq: number
  /** ISO 8601, by the movable clock. */
  readonly at: string
  readonly source: 'api' | 'target'
  readonly service: string
  readonly operation: string
  /** ARN of the caller. */
  readonly principal: string
  readonly role?: string | undefined
  /** The first action asked of IAM, or the one that was denied. */
  readonly action?: string | undefined
  readonly resource?: string | undefined
  readonly decision?: string | undefined
  readonly authorizations: readonly JournalAuthorization[]
  /** Names of the input's members. */
  readonly input: readonly string[]
  /** `ok`, an error code, or what a fault did: `dropped before`, `killed after`. */
  readonly outcome: string
  readonly requestId?: string | undefined
}

export interface Journal {
  add(entry: Omit<JournalEntry, 'seq'>): void
  /** Entries after `since`, oldest first. */
  entries(since?: number): readonly JournalEntry[]
  /** Sequence number of the newest entry; 0 when there is none. */
  readonly last: number
}

const KEPT = 50_000

export function createJournal(): Journal {
  let entries: JournalEntry[] = []
  let seq = 0
  return {
    add(entry) {
      seq += 1
      entries.push({ seq, ...entry })
      if (entries.length > 2 * KEPT) entries = entries.slice(-KEPT)
    },
    entries: (since = 0) => entries.filter((entry) => entry.seq > since),
    get last() {
      return seq
    },
  }
}
