/** Runs `work` over all items, `bound` at a time, and waits for all. `work` must not reject. */
export async function forEachBounded<Item>(
  items: readonly Item[],
  bound: number,
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const waiting = items[Symbol.iterator]()
  const worker = async (): Promise<void> => {
    for (const item of waiting) await work(item)
  }
  await Promise.all(Array.from({ length: Math.min(bound, items.length) }, worker))
}
