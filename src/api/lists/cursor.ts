import type { Cursor } from '../../queries/lists/paging.ts';
import { ProblemError } from '../problems/problem.ts';

/** Fourteen digits of milliseconds end in the year 5138: PostgreSQL does not read what Date writes past 9999. */
const CURSOR = /^(\d{1,14})\.(\d{1,16})$/;

/** Opaque to clients, who hand back what they were given. */
export function encodeCursor({ createdAt, id }: Cursor): string {
  return Buffer.from(`${createdAt.getTime()}.${id}`).toString('base64url');
}

/** @throws ProblemError naming `after` when it is not one of ours */
export function decodeCursor(text: string): Cursor {
  const [, time, id] = CURSOR.exec(Buffer.from(text, 'base64url').toString('latin1')) ?? [];
  if (time === undefined || id === undefined) {
    throw new ProblemError('request.invalid', 'after is not a cursor of this list', {
      errors: [{ field: 'after', message: 'is not a cursor of this list; take it from `next` of the page before' }],
    });
  }
  return { createdAt: new Date(Number(time)), id: Number(id) };
}
