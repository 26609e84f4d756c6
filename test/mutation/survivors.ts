/** Changed lines that no test notices, and why none is written. Each must name one that is there. */
export interface Reason {
  readonly file: string
  /** What stands in the source, or the beginning of it. */
  readonly was: string
  /** What it was changed to; any change unless given. */
  readonly becomes?: string
  readonly because: string
}

const TAG_TEXT = 'text that is no tag is refused a line later all the same'

export const REASONS: readonly Reason[] = [
  {
    file: 'core/grace.ts',
    was: '!match || unit === undefined',
    because: 'a match always has a known unit: the two are asked for the type checker',
  },
  {
    file: 'core/grace.ts',
    was: 'unit === undefined',
    because: 'a match always has a known unit: the two are asked for the type checker',
  },
  { file: 'core/grace.ts', was: "['s', SECOND]", because: 'a grace is whole seconds, so a unit is always found' },
  { file: 'core/grace.ts', was: "'s'", because: 'a grace is whole seconds, so a unit is always found' },
  { file: 'core/grace.ts', was: '/\\.\\d{3}Z$/', because: 'a date is written with one fraction, at its end' },
  {
    file: 'core/grace.ts',
    was: '/^GRACE-UNTIL-',
    because: 'a label that does not write back the same is refused two lines later all the same',
  },
  { file: 'core/tags.ts', was: '[]', because: TAG_TEXT },
  { file: 'core/tags.ts', was: "''", because: TAG_TEXT },
  { file: 'core/tags.ts', was: '/\\uFFFD$/', because: 'only a cut makes that character, and it cuts at the end' },
  {
    file: 'core/ended.ts',
    was: '[]',
    because: 'what stands there is no version, and no label, of any secret',
  },
  {
    file: 'core/ended.ts',
    was: 'versionId !== undefined',
    because: 'no version is called "undefined": asked for the type checker',
  },
  {
    file: 'core/log.ts',
    was: "'error'",
    because: 'pino uses it for an error that is logged alone, without fields, which no line of ours does',
  },
  { file: 'core/routes.ts', was: "', '", because: 'it parts the paths in a message that is read, not parsed' },
  {
    file: 'core/routes.ts',
    was: "'ipv6'",
    because: 'Node takes any word but ipv4 for it',
  },
  {
    file: 'core/routes.ts',
    was: 'isIP(address) !== 0',
    because: 'a list of addresses holds nothing that is none: asked for the reader',
  },
  {
    file: 'core/routes.ts',
    was: '/^127',
    becomes: '/127',
    because: 'a host that ends like an address is one, or no URL at all',
  },
  { file: 'core/routes.ts', was: '/^\\[|\\]$/g', because: 'a host has brackets around it or none' },
  { file: 'core/routes.ts', was: "''", because: 'splitting a text leaves at least one piece' },
  {
    file: 'core/redact.ts',
    was: 'error.stack !== undefined',
    becomes: 'true',
    because: 'a field that is undefined is not written',
  },
  {
    file: 'core/redact.ts',
    was: 'error.cause !== undefined',
    becomes: 'true',
    because: 'a field that is undefined is not written',
  },
  { file: 'core/versions.ts', was: 'next < first', because: 'two equal deadlines are one deadline' },
]
