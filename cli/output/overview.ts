import type { SecretStatus } from '../aws/secrets.ts'
import { duration, moment } from './duration.ts'
import { type Cell, type Column, fitting, table } from './table.ts'
import type { Terminal } from './terminal.ts'

/**
 * Secrets in a table, one a line. On a narrow terminal it says the same in fewer words, then leaves out columns that
 * tell the least; a pipe gets all of it.
 */
export function overview(secrets: readonly SecretStatus[], now: Date, terminal: Terminal): string {
  const stack = commonStack(secrets)
  const full = {
    secret: column('SECRET', secrets, ({ name }) => ({ text: name })),
    strategy: column('STRATEGY', secrets, ({ strategy }) => ({ text: strategy })),
    current: column('CURRENT', secrets, ({ keys }) => ({ text: shortId(keys.current) })),
    pending: column('PENDING', secrets, ({ keys }) => ({ text: shortId(keys.pending), colour: 'yellow' })),
    grace: column('GRACE', secrets, (secret) => graceCell(secret, now)),
    next: column('NEXT ROTATION', secrets, (secret) => nextCell(secret, now)),
    error: column('LAST ERROR', secrets, ({ lastError: error }) => ({
      text: error ? `${error.code} (${error.step})` : '-',
      colour: 'red',
    })),
  }
  const named = stack === undefined ? full : { ...full, secret: column(`IN ${stack}`, secrets, nameIn(stack)) }
  const brief = {
    ...named,
    grace: {
      head: 'IN GRACE',
      cells: full.grace.cells.map(shorten(/ alive, last ends in (\S+ \S+).*?(?=;|$)/, ', $1 left')),
    },
    next: {
      head: 'NEXT, UTC',
      cells: full.next.cells.map(shorten(/(?: since|,)?( ?\d{4}-\d\d-\d\d \d\d:\d\d):\d\d UTC/, '$1')),
    },
    error: { ...full.error, cells: full.error.cells.map(shorten(/ \(.*/, '')) },
  }
  const dates = { ...brief.next, cells: brief.next.cells.map(shorten(/ \d\d:\d\d$/, '')) }
  const ways = [
    () => Object.values(full),
    () => Object.values(named),
    () => told(named),
    () => told(brief),
    () => told({ ...brief, strategy: undefined }),
    () => told({ ...brief, strategy: undefined, current: undefined }),
    () => told({ ...brief, strategy: undefined, current: undefined, next: dates }),
    () => told({ ...brief, strategy: undefined, current: undefined, next: undefined }),
  ]
  return `${table(fitting(ways, terminal), terminal)}\n\nDetails of one: keyturn status NAME`
}

/** Columns that say something of some secret. */
const told = (columns: Readonly<Record<string, Column | undefined>>): readonly Column[] =>
  Object.values(columns).flatMap((each) => (each?.cells.some(({ text }) => text !== '-') ? [each] : []))

const nameIn =
  (stack: string) =>
  ({ name }: SecretStatus): Cell => ({ text: name.slice(stack.length + 1) })

const shorten =
  (what: RegExp, by: string) =>
  ({ text, colour }: Cell): Cell => ({ text: text.replace(what, by), colour })

const column = (head: string, secrets: readonly SecretStatus[], cell: (secret: SecretStatus) => Cell): Column => ({
  head,
  cells: secrets.map((secret) => {
    const { text, colour } = cell(secret)
    return text === '-' ? { text } : { text, colour }
  }),
})

/** The stack that all of them belong to and are named after. */
function commonStack(secrets: readonly SecretStatus[]): string | undefined {
  const [first] = secrets
  return first && secrets.every(({ name }) => name.startsWith(`${first.stack}/`)) ? first.stack : undefined
}

function graceCell({ keys }: SecretStatus, now: Date): Cell {
  const { grace, expired, malformed, unordered } = keys
  const parts = [
    grace.length > 0 &&
      `${grace.length} alive, last ends in ${duration((grace[0]?.deadline.getTime() ?? 0) - now.getTime())}`,
    expired.length > 0 && `${expired.length} to retire`,
    malformed.length > 0 && `${malformed.length} unreadable`,
    unordered.length > 0 && `${unordered.length} replaced by hand`,
  ].filter((part) => part !== false)
  const wrong = malformed.length > 0 || expired.length > 0
  return { text: parts.join('; ') || '-', colour: wrong ? 'red' : grace.length > 0 ? 'green' : 'yellow' }
}

function nextCell(secret: SecretStatus, now: Date): Cell {
  const text = nextRotation(secret, now)
  const wrong = text.startsWith('overdue') || text.startsWith('being deleted')
  return { text, colour: wrong ? 'red' : text === 'off' ? 'yellow' : undefined }
}

export function nextRotation({ rotationEnabled, nextRotation, deleted }: SecretStatus, now: Date): string {
  if (deleted) return `being deleted, ${moment(deleted)}`
  if (!rotationEnabled) return 'off'
  if (!nextRotation) return 'when asked'
  return nextRotation < now ? `overdue since ${moment(nextRotation)}` : moment(nextRotation)
}

const shortId = (versionId: string | undefined): string => versionId?.slice(0, 8) ?? '-'
