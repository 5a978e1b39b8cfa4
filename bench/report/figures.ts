import { median, type Run, type ScenarioResult } from '../scenarios/measure.ts';

/** A figure of several runs: the middle one, and how far they are apart. */
export interface Figure {
  readonly median: number;
  readonly least: number;
  readonly most: number;
}

export function figureOf(numbers: readonly number[]): Figure {
  return { median: median(numbers), least: Math.min(...numbers), most: Math.max(...numbers) };
}

export function figureOfRuns({ runs }: Pick<ScenarioResult, 'runs'>, figure: (run: Run) => number): Figure {
  return figureOf(runs.map(figure));
}

/** @param sorted ascending */
export function percentileOf(sorted: readonly number[], percent: number): number {
  return sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)] ?? NaN;
}

/** `12,300 (11,800-12,400)` */
export function withRange({ median: middle, least, most }: Figure, digits = 0): string {
  const text = (number: number) => inDigits(number, digits);
  return `${text(middle)} (${text(least)}-${text(most)})`;
}

export function inDigits(number: number, digits: number): string {
  return number.toLocaleString('en-GB', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

/** A table as Markdown has it, aligned as Prettier would. */
export function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((title, column) =>
    Math.max(title.length, 3, ...rows.map((row) => (row[column] ?? '').length)),
  );
  const line = (cells: readonly string[]) =>
    `| ${widths.map((width, column) => (cells[column] ?? '').padEnd(width)).join(' | ')} |`;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n');
}
