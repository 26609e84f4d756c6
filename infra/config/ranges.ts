/** Half of IPv4: who lets as many in has not thought of callers. */
const HALF = 2 ** 31

/** Nobody owns a range that is wider. */
const WIDEST = 8

/** IPv4 ranges that, alone or together, let in anyone: one wider than a /8, or many that make up half of all addresses. */
export function openToAnyone(cidrs: readonly string[]): readonly string[] {
  const wide = cidrs.filter((cidr) => Number(cidr.split('/')[1]) < WIDEST)
  if (wide.length > 0) return wide
  return size(cidrs.map(readRange)) >= HALF ? cidrs : []
}

/** Whether a range is written as AWS's provider takes it: no bits of an address behind the prefix. */
export const startsItsRange = (cidr: string): boolean => readRange(cidr)[0] === addressOf(cidr)

type Range = readonly [first: number, end: number]

function readRange(cidr: string): Range {
  const length = 2 ** (32 - Number(cidr.split('/')[1]))
  const first = Math.floor(addressOf(cidr) / length) * length
  return [first, first + length]
}

const addressOf = (cidr: string): number =>
  (cidr.split('/')[0] ?? '').split('.').reduce((sum, part) => sum * 256 + Number(part), 0)

/** How many addresses there are in all ranges together, each counted once. */
function size(ranges: readonly Range[]): number {
  let counted = 0
  let reached = 0
  for (const [first, end] of [...ranges].sort(([one], [other]) => one - other)) {
    counted += Math.max(0, end - Math.max(first, reached))
    reached = Math.max(reached, end)
  }
  return counted
}
