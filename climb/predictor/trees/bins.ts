/** Values nearer to 0 than this are 0: the split between 0 and anything else lies here. */
const ZERO = Math.fround(1e-35);

/**
 * Upper bounds of a feature's bins, ascending, the last Infinity: a value falls into the first bin whose bound is not
 * below it. As LightGBM 4 draws them (`BinMapper::FindBin`): 0 has a bin of its own, and the values below and above it
 * are cut half-way between neighbours, into bins of at least `minDataInBin` rows, or of about equal counts where
 * there are more distinct values than `maxBin`.
 *
 * @param values one a row, finite
 */
export function binBounds(values: readonly number[], maxBin: number, minDataInBin: number): number[] {
  const below = counted(values.filter((value) => value < -ZERO));
  const above = counted(values.filter((value) => value > ZERO));
  const zeros = values.length - total(below) - total(above);
  const bounds: number[] = [];
  if (below.length > 0 && maxBin > 1) {
    const share = total(below) / (values.length - zeros);
    const bins = Math.max(1, Math.floor(share * (maxBin - 1)));
    bounds.push(...greedyBounds(below, bins, minDataInBin).slice(0, -1), -ZERO);
  }
  const left = maxBin - 1 - bounds.length;
  if (above.length === 0 || left <= 0) return [...bounds, Infinity];
  return [...bounds, ZERO, ...greedyBounds(above, left, minDataInBin)];
}

/** Index of the bin that holds each value. */
export function binsOf(values: readonly number[], bounds: readonly number[]): Uint16Array {
  return Uint16Array.from(values, (value) => bounds.findIndex((bound) => value <= bound));
}

/** Ascending distinct values and how many rows have each. */
type Counted = readonly { readonly value: number; count: number }[];

function counted(values: readonly number[]): Counted {
  const distinct: { value: number; count: number }[] = [];
  for (const value of [...values].sort((a, b) => a - b)) {
    const last = distinct.at(-1);
    if (last?.value === value) last.count++;
    else distinct.push({ value, count: 1 });
  }
  return distinct;
}

const total = (distinct: Counted) => distinct.reduce((sum, { count }) => sum + count, 0);

/** The double after the middle, so that a value in the middle is on the left whatever rounding did to it. */
function between(a: Counted[number] | undefined, b: Counted[number] | undefined): number {
  const bits = new DataView(new ArrayBuffer(8));
  const middle = ((a?.value as number) + (b?.value as number)) / 2;
  bits.setFloat64(0, middle);
  bits.setBigInt64(0, bits.getBigInt64(0) + (middle > 0 ? 1n : -1n));
  return bits.getFloat64(0);
}

/** `GreedyFindBin`. */
function greedyBounds(distinct: Counted, maxBin: number, minDataInBin: number): number[] {
  return distinct.length <= maxBin ? fewValues(distinct, minDataInBin) : manyValues(distinct, maxBin, minDataInBin);
}

function fewValues(distinct: Counted, minDataInBin: number): number[] {
  const bounds: number[] = [];
  let inBin = 0;
  distinct.slice(0, -1).forEach((entry, i) => {
    inBin += entry.count;
    if (inBin < minDataInBin) return;
    bounds.push(between(entry, distinct[i + 1]));
    inBin = 0;
  });
  return [...bounds, Infinity];
}

/** Bins of about equal counts; a value that alone fills one gets its own. */
function manyValues(distinct: Counted, maxBin: number, minDataInBin: number): number[] {
  let rows = total(distinct);
  let bins = Math.max(1, Math.min(maxBin, Math.floor(rows / minDataInBin)));
  const most = bins;
  let size = rows / bins;
  const big = distinct.map(({ count }) => count >= size);
  distinct.forEach(({ count }, i) => {
    if (big[i] !== true) return;
    bins--;
    rows -= count;
  });
  size = rows / bins;
  const bounds: number[] = [];
  let inBin = 0;
  for (let i = 0; i < distinct.length - 1 && bounds.length < most - 1; i++) {
    const { count } = distinct[i] as Counted[number];
    if (big[i] !== true) rows -= count;
    inBin += count;
    if (big[i] !== true && inBin < size && !(big[i + 1] === true && inBin >= Math.max(1, size / 2))) continue;
    bounds.push(between(distinct[i], distinct[i + 1]));
    inBin = 0;
    if (big[i] === true) continue;
    bins--;
    size = rows / bins;
  }
  return [...bounds, Infinity];
}
