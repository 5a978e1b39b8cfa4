import { LEFT, WIDTH } from './page.ts';
import type { Column } from './table.ts';

/** A column before it has its place; one of them takes the width that the others leave. */
export interface ColumnPlan {
  readonly heading: string;
  /** In points. */
  readonly width: number | 'rest';
  readonly numeric: boolean;
}

/** Columns side by side over the width of the page, `gap` points apart. */
export function placeColumns(plans: readonly ColumnPlan[], gap = 6): Column[] {
  const taken = plans.reduce((sum, { width }) => sum + (width === 'rest' ? 0 : width), 0);
  const rest = WIDTH - taken - gap * (plans.length - 1);
  let x: number = LEFT;
  return plans.map(({ heading, width: planned, numeric }) => {
    const width = planned === 'rest' ? rest : planned;
    const column = { heading, x, width, numeric };
    x += width + gap;
    return column;
  });
}
