import { median, pairedRatio, type Spent, showRatio } from '../report/statistics.ts'
import type { BundleCost } from './measure.ts'

export const bundleHead: readonly string[] = [
  'provider function',
  'shipped',
  'whole credential chain',
  'shipped ÷ whole chain',
]

export function bundleRows({ bytes, requires }: BundleCost): string[][] {
  const row = (name: string, what: keyof Spent): string[] => {
    const shipped = requires.shipped.map((spent) => spent[what])
    const plain = requires.plain.map((spent) => spent[what])
    return [name, median(shipped).toFixed(0), median(plain).toFixed(0), showRatio(pairedRatio(shipped, plain))]
  }
  return [
    ['bytes, minified', thousands(bytes.shipped), thousands(bytes.plain), (bytes.shipped / bytes.plain).toFixed(2)],
    row('first require, wall ms', 'wallMs'),
    row('first require, CPU ms', 'cpuMs'),
  ]
}

const thousands = (bytes: number): string => bytes.toLocaleString('en')
