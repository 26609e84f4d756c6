import { zipSync } from 'fflate'

/** A zip of text files, as Lambda takes it. */
export const zipOf = (files: Record<string, string>): Uint8Array =>
  zipSync(Object.fromEntries(Object.entries(files).map(([name, text]) => [name, Buffer.from(text)])))
