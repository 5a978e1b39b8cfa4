/** A place in a list that is newest first: the row after which the next page begins. */
export interface Cursor {
  readonly createdAt: Date;
  readonly id: number;
}

export interface PageRequest {
  /** 1 to 200. */
  readonly limit: number;
  readonly after: Cursor | undefined;
}

export interface Page<Row> {
  readonly rows: readonly Row[];
  /** Undefined: this is the last page. */
  readonly next: Cursor | undefined;
}

/** The two parameters that a statement compares (created_at, id) with; null, null on the first page. */
export function afterCursor({ after }: PageRequest): [string | null, number | null] {
  return after ? [after.createdAt.toISOString(), after.id] : [null, null];
}

/** Makes a page of rows that were read with a limit one higher, which tells whether more follow. */
export function pageOf<Row extends { readonly createdAt: Date | string; readonly id: number }>(
  rows: readonly Row[],
  limit: number,
): Page<Row> {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  const next = rows.length > limit && last ? { createdAt: new Date(last.createdAt), id: last.id } : undefined;
  return { rows: shown, next };
}
