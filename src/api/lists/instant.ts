import { ProblemError } from '../problems/problem.ts';

/**
 * An instant that the schema's `date-time` let pass. That format also takes what no Date or no PostgreSQL reads: leap
 * seconds, a zone's name in brackets, the year 0, and offsets that lead out of the years 1 to 9999.
 *
 * @throws ProblemError naming the field
 */
export function instantOf(text: string | undefined, field: string): Date | undefined {
  if (text === undefined) return undefined;
  const instant = new Date(text);
  const year = instant.getUTCFullYear();
  if (year >= 1 && year <= 9_999) return instant;
  const message = 'must be an instant of the years 1 to 9999, such as 2026-04-01T09:30:00Z';
  throw new ProblemError('request.invalid', `${field} ${message}`, { errors: [{ field, message }] });
}
