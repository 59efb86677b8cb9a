/**
 * Text from outside (labels of clusters, names of tasks) as a table cell: nothing in it may end the cell, start markup
 * or steer a terminal.
 */
export function cell(text: string): string {
  return text
    .replace(/[|\\`*<>[\]\p{Cc}]|(?<![A-Za-z0-9])_+|_+(?![A-Za-z0-9])/gu, ' ')
    .replace(/\s+/g, ' ')
    .trim();
}

/** A table of finished cells. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');
}
