import type { Mixture } from '../../../../climb/mixture/mixture.ts';

/** For each mixture wanted the nearest of a table's in √weight that isn't taken yet, ties to the earlier row. */
export function snap(wanted: readonly Mixture[], table: readonly Mixture[]): Mixture[] {
  const points = table.map((mixture) => mixture.map(Math.sqrt));
  const open = new Set(table.keys());
  return wanted.slice(0, table.length).map((mixture) => {
    const from = mixture.map(Math.sqrt);
    let nearest = -1;
    let least = Infinity;
    for (const row of open) {
      const distance = from.reduce((sum, x, j) => sum + (x - ((points[row] as number[])[j] as number)) ** 2, 0);
      if (distance < least) [nearest, least] = [row, distance];
    }
    open.delete(nearest);
    return table[nearest] as Mixture;
  });
}
