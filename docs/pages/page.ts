/** A page of docs/ that is written by `npm run docs` from what the code itself says. */
export interface Page {
  /** In docs/: `errors.md`. */
  readonly file: string
  render(): string
}
