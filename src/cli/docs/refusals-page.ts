import { problemKind, PROBLEM_CODES, type ProblemCode } from '../../api/problems/problem.ts';
import { PROBLEM_FACTS } from '../../api/problems/problem-facts.ts';
import { REFUSALS } from '../../domain/refusals.ts';
import { code, table } from './markdown.ts';

/** docs/refusals.md: every code that an error answer may carry. */
export function refusalsPage(): string {
  const isRefusal = (each: ProblemCode) => Object.hasOwn(REFUSALS, each);
  return [
    '# Refusals',
    'Every error is answered as RFC 9457 problem details (`application/problem+json`): `type`, `title`, `status`, `code` ' +
      'and `detail`. The code is stable; the texts are for people. Where fields of the request are at fault, `errors` ' +
      'lists each with its `field` and a `message`. Some codes carry facts of the case besides.',
    '## What the business refuses',
    table(COLUMNS, PROBLEM_CODES.filter(isRefusal).map(rowOf)),
    '## What goes wrong around it',
    'A 429 or 503 comes with `Retry-After`, in seconds. Answers of 400, 401, 403, 408, 413, 415, 429, 431 and 5xx are never kept under an ' +
      '`Idempotency-Key`: sent again, the request is tried again.',
    table(COLUMNS, PROBLEM_CODES.filter((each) => !isRefusal(each)).map(rowOf)),
  ].join('\n\n');
}

const COLUMNS = ['code', 'status', 'meaning', 'facts'];

function rowOf(each: ProblemCode): string[] {
  const { status, title } = problemKind(each);
  return [code(each), String(status), title, factsOf(each)];
}

function factsOf(each: ProblemCode): string {
  const facts = Object.entries(PROBLEM_FACTS[each] ?? {});
  return facts.map(([name, { meaning }]) => `${code(name)}: ${meaning}`).join('; ');
}
