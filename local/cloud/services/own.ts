/** A record's own member: names come from callers, and `constructor` is a name like any other. */
export const own = <Item>(record: Readonly<Record<string, Item>>, name: string): Item | undefined =>
  Object.hasOwn(record, name) ? record[name] : undefined
