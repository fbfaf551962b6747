export type Cell = string | number;

/** Text on the left, numbers on the right. */
export function formatTable(columns: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const lines = [columns, ...rows].map((row) => row.map(String));
  const widths = columns.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  const isText = columns.map((_, column) => column === 0);
  return lines.map((line) => formatLine(line, widths, isText)).join('\n');
}

function formatLine(cells: readonly string[], widths: readonly number[], isText: readonly boolean[]): string {
  const padded = cells.map((cell, column) => {
    const width = widths[column] ?? 0;
    return isText[column] ? cell.padEnd(width) : cell.padStart(width);
  });
  return padded.join('   ').trimEnd();
}

export function formatNumber(value: number): string {
  if (!Number.isFinite(value)) return '-';
  if (value >= 1000) return Math.round(value).toLocaleString('en-US');
  if (value >= 100) return value.toFixed(0);
  return value >= 10 ? value.toFixed(1) : value.toFixed(2);
}

export function formatRatio(value: number): string {
  return Number.isFinite(value) ? `${value.toFixed(2)}x` : '-';
}

export function formatPercent(share: number): string {
  return `${(share * 100).toFixed(0)}%`;
}
