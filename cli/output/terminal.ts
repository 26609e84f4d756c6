import { styleText } from 'node:util'

/** What the output goes to. */
export interface Terminal {
  /** Characters a line; undefined where nothing has to fit, as in a pipe, which keeps all there is to tell. */
  readonly columns: number | undefined
  paint(colour: Colour, text: string): string
}

export type Colour = 'red' | 'yellow' | 'green' | 'dim' | 'bold'

/** A stream as a terminal: colours only where it is one, and where neither NO_COLOR nor TERM=dumb speaks against them. */
export const terminalOf = (stream: NodeJS.WriteStream): Terminal => ({
  columns: stream.isTTY ? stream.columns : undefined,
  paint: (colour, text) => styleText(colour, text, { stream }),
})

/** A file or a pipe: of any width, and plain. */
export const PLAIN: Terminal = { columns: undefined, paint: (_, text) => text }
