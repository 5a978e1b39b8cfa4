import type { PageRequest } from './paging.ts';

/** One condition of a list: SQL, with `?` for its value where that is a parameter; undefined: nobody asked for it. */
export type Condition = readonly [name: string, sql: string, value: string | number | Date | undefined];

export interface NewestFirst {
  /** Begins the names of the prepared statements. */
  readonly name: string;
  /** SELECT and FROM. */
  readonly select: string;
  readonly conditions: readonly Condition[];
  /** The columns that the list is ordered by: when its rows were made, and their id. */
  readonly order?: readonly [createdAt: string, id: string];
  readonly page: PageRequest;
}

/** The page size whose statements are prepared: a name for every size would fill the server's memory at will. */
const PREPARED_LIMIT = 50;

/**
 * The statement of a list, newest first, with just the conditions that were asked for. Each combination has a text of
 * its own with its limit in it, and so a plan of its own, made once on each connection: one statement for all of them,
 * with `$1 IS NULL OR state = $1`, is planned anew for every request, which took longer than its run.
 */
export function newestFirst({ name, select, conditions, order = ['created_at', 'id'], page }: NewestFirst) {
  const values: (string | number)[] = [];
  const parameter = (value: string | number | Date): string =>
    `$${values.push(value instanceof Date ? value.toISOString() : value)}`;
  const [createdAt, id] = order;
  const parts = [name];
  const clauses: string[] = [];
  for (const [part, sql, value] of conditions) {
    if (value === undefined) continue;
    parts.push(part);
    clauses.push(sql.replace('?', () => parameter(value)));
  }
  if (page.after) {
    const { after } = page;
    parts.push('after');
    clauses.push(
      `(${createdAt}, ${id}) < (${parameter(after.createdAt)}::timestamptz, ${parameter(after.id)}::bigint)`,
    );
  }
  const where = clauses.length > 0 ? ` WHERE ${clauses.join(' AND ')}` : '';
  return {
    ...(page.limit === PREPARED_LIMIT ? { name: parts.join(' ') } : {}),
    text: `${select}${where} ORDER BY ${createdAt} DESC, ${id} DESC LIMIT ${page.limit + 1}`,
    values,
  };
}
