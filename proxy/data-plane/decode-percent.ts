const ESCAPE = /%([0-9a-f]{2})/gi

/**
 * One layer of percent-encoding taken off, a byte at a time (ISO 8859-1), so that a broken escape hides nothing that
 * stands beside it: `decodePercent('%2e%zz')` is `.%zz`. For looking at a text, never for sending it on.
 */
export function decodePercent(text: string): string {
  return text.replace(ESCAPE, (_escape, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
}
