type Node = string | { [name: string]: Node }

/**
 * Nested members from a query form: `Tags.member.1.Key=a` becomes `{ Tags: [{ Key: 'a' }] }`, and
 * `Attributes.entry.1.key=k&Attributes.entry.1.value=v` becomes `{ Attributes: { k: 'v' } }`.
 */
export function parseQueryForm(form: URLSearchParams): Record<string, unknown> {
  const root = emptyNode()
  for (const [name, value] of form) {
    if (name === 'Action' || name === 'Version') continue
    place(root, name.split('.'), value)
  }
  return Object.fromEntries(Object.entries(root).map(([name, node]) => [name, shape(node)]))
}

/** Without a prototype, so that a member may be called `constructor`. */
const emptyNode = (): { [name: string]: Node } => Object.create(null)

function place(parent: { [name: string]: Node }, path: string[], value: string): void {
  const [head = '', ...rest] = path
  if (rest.length === 0) {
    parent[head] = value
    return
  }
  const child = parent[head]
  const next = typeof child === 'object' ? child : emptyNode()
  parent[head] = next
  place(next, rest, value)
}

function shape(node: Node): unknown {
  if (typeof node === 'string') return node
  const { member, entry } = node
  if (isList(node, member)) return byIndex(member).map(shape)
  if (isList(node, entry)) return Object.fromEntries(byIndex(entry).map(mapEntry))
  // An empty list is sent as `Tags=`; inside a structure the lists above are the only special forms.
  return Object.fromEntries(Object.entries(node).map(([name, child]) => [name, shape(child)]))
}

function isList(parent: { [name: string]: Node }, node: Node | undefined): node is { [name: string]: Node } {
  return (
    typeof node === 'object' && Object.keys(parent).length === 1 && Object.keys(node).every((key) => /^\d+$/.test(key))
  )
}

const byIndex = (list: { [name: string]: Node }): Node[] =>
  Object.entries(list)
    .sort(([one], [other]) => Number(one) - Number(other))
    .map(([, item]) => item)

function mapEntry(node: Node): [string, unknown] {
  if (typeof node === 'string') return ['', node]
  return [String(node.key ?? node.Name ?? ''), shape(node.value ?? node.Value ?? '')]
}
