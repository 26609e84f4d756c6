/** A map in a query answer, written as `<entry><key/><value/></entry>` where a plain object is a structure. */
export class XmlMap {
  readonly entries: Readonly<Record<string, unknown>>

  constructor(entries: Readonly<Record<string, unknown>>) {
    this.entries = entries
  }
}

/** XML as AWS Query writes it: lists in `<member>`, timestamps in ISO 8601, blobs in base64, undefined left out. */
export function renderXml(name: string, value: unknown): string {
  return value === undefined || value === null ? '' : `<${name}>${renderContent(value)}</${name}>`
}

function renderContent(value: unknown): string {
  if (value instanceof Date) return value.toISOString()
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64')
  if (value instanceof XmlMap) {
    return Object.entries(value.entries)
      .map(([key, item]) => `<entry>${renderXml('key', key)}${renderXml('value', item)}</entry>`)
      .join('')
  }
  if (Array.isArray(value)) return value.map((item) => renderXml('member', item)).join('')
  if (typeof value === 'object') {
    return Object.entries(value as Record<string, unknown>)
      .map(([name, member]) => renderXml(name, member))
      .join('')
  }
  return escapeXml(String(value))
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\r': '&#xD;',
}

const escapeXml = (text: string): string => text.replaceAll(/[&<>"\r]/g, (character) => ENTITIES[character] ?? '')
