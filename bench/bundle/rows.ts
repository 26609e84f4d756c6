import { median, pairedRatio, showRatio } from '../report/statistics.ts'
import type { BundleCost } from './measure.ts'

export const bundleHead: readonly string[] = [
  'provider function',
  'shipped',
  'whole credential chain',
  'shipped ÷ whole chain',
]

export function bundleRows({ bytes, requireMs }: BundleCost): string[][] {
  return [
    ['bytes, minified', ...[bytes.shipped, bytes.plain].map(thousands), (bytes.shipped / bytes.plain).toFixed(2)],
    [
      'first require, ms',
      ...[requireMs.shipped, requireMs.plain].map((times) => median(times).toFixed(1)),
      showRatio(pairedRatio(requireMs.shipped, requireMs.plain)),
    ],
  ]
}

const thousands = (bytes: number): string => bytes.toLocaleString('en')
