import type { Verdict } from './targets.ts';
import { formatTable, type Cell } from './table.ts';

export interface Report {
  readonly question: string;
  readonly title: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
  readonly notes: readonly string[];
  readonly verdicts: readonly Verdict[];
  /** True when a row could not be measured. */
  readonly hasRefusals: boolean;
  /** The unrounded numbers, for --json. */
  readonly measurements: unknown;
}

export function formatReport(report: Report): string {
  const table = report.rows.length === 0 ? '(nothing measured)' : formatTable(report.columns, report.rows);
  return [`\n${report.question}: ${report.title}`, table, ...report.notes.map((note) => `  ${note}`)].join(
    '\n',
  );
}
