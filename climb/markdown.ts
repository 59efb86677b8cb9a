/**
 * Text from outside (labels of clusters, names of tasks) as a table cell: nothing in it may end the cell, start markup
 * or steer a terminal.
 */
export function cell(text: string): string {
  return text
    .replace(/[|\\`*<>[\]\p{Cc}\p{Bidi_Control}]/gu, ' ')
    .replace(/\s+/g, ' ')
    .trim()
    .replace(/(?<![A-Za-z0-9])_+|_+(?![A-Za-z0-9])/g, (bars) => '\\_'.repeat(bars.length));
}

/** A table of finished cells. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');
}

/** 12,345 */
export const number = (value: number) => Math.round(value).toLocaleString('en-US');
/** 1 file, 2 files */
export const count = (n: number, what: string) => `${number(n)} ${what}${n === 1 ? '' : 's'}`;
export const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
/** A figure that may not exist. */
export const fixed = (value: number | null, digits = 4) => (value === null ? '–' : value.toFixed(digits));
