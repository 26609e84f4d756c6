export const ecsTags = (tags: Readonly<Record<string, string>> | undefined) =>
  Object.entries(tags ?? {}).map(([key, value]) => ({ key, value }))
