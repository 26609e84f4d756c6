import type { CustomResourceOptions } from '@pulumi/pulumi'

/** Changes what a component passes to one of its children: fields to lay over it, or a function that edits it. */
export type Transform<Args> = Partial<Args> | ((args: Args, options: CustomResourceOptions, name: string) => void)

/** The arguments of a child's constructor, after the caller of the component has had its say. */
export function transform<Args extends object>(
  change: Transform<Args> | undefined,
  name: string,
  args: Args,
  options: CustomResourceOptions,
): [string, Args, CustomResourceOptions] {
  if (typeof change !== 'function') return [name, { ...args, ...change }, options]
  const edited = { ...args }
  const editedOptions = { ...options }
  change(edited, editedOptions, name)
  return [name, edited, editedOptions]
}
