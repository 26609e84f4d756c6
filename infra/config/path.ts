/** Where something stands in the config, step by step: `['secrets', 2, 'grace']`. */
export type Path = readonly PropertyKey[]

/** `secrets[2].grace`; a key that is no plain word is quoted: `values["open ai"]`. */
export function formatPath(path: Path): string {
  return path.reduce<string>((text, part) => {
    if (typeof part === 'number') return `${text}[${part}]`
    const name = String(part)
    if (!/^[A-Za-z_][\w-]*$/.test(name)) return `${text}[${JSON.stringify(name)}]`
    return text === '' ? name : `${text}.${name}`
  }, '')
}

/** What {@link formatPath} has written, read back. */
export function readPath(text: string): Path {
  return [...text.matchAll(/\[(\d+)\]|\[("(?:[^"\\]|\\.)*")\]|([^.[\]]+)/g)].map(([, index, quoted, word]) => {
    if (index !== undefined) return Number(index)
    return quoted === undefined ? (word ?? '') : String(JSON.parse(quoted))
  })
}
