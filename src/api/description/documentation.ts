import { problemRef } from '../schemas/record.ts';
import { problem, problemKind, type ProblemCode } from '../problems/problem.ts';
import { PROBLEM_FACTS } from '../problems/problem-facts.ts';

/** What any operation may answer, even one that needs nothing. */
const AROUND_HTTP: readonly ProblemCode[] = [
  'request.malformed',
  'request.timeout',
  'request.header_too_large',
  'service.error',
];

/** What any operation may answer that is not for everyone. */
const AT_THE_DOOR: readonly ProblemCode[] = [
  'auth.required',
  'auth.invalid',
  'auth.secret_in_url',
  'auth.issuer_unavailable',
  'auth.forbidden',
  'auth.cross_site',
  'auth.header_missing',
  'rate.limited',
];

/** What every operation of the business may answer, whatever it does. */
const ANYWHERE: readonly ProblemCode[] = [
  ...AT_THE_DOOR,
  'request.invalid',
  'rate.too_many_at_once',
  'service.busy',
  'service.overloaded',
  'service.unavailable',
  ...AROUND_HTTP,
];

/** What every operation that reads a body may answer besides. */
export const READS_BODY: readonly ProblemCode[] = ['request.too_large', 'request.unsupported_media_type'];

/** And one that sends what it read through the engine, under an Idempotency-Key if there is one. */
export const WITH_BODY: readonly ProblemCode[] = [...READS_BODY, 'idempotency.key_reused', 'service.outcome_unknown'];

/** The error answers of an operation for the OpenAPI document, beside those that every one of the business has. */
export function problemAnswers(...codes: readonly ProblemCode[]): Record<number, object> {
  return answersOf(new Set([...codes, ...ANYWHERE]));
}

/** The error answers of an operation that takes nothing and needs nothing. */
export function bareProblemAnswers(): Record<number, object> {
  return answersOf(new Set(AROUND_HTTP));
}

/** The error answers of an operation that takes nothing, but is not for everyone. */
export function guardedProblemAnswers(): Record<number, object> {
  return answersOf(new Set([...AROUND_HTTP, ...AT_THE_DOOR, 'service.unavailable']));
}

/** By status, with an example for each code. */
function answersOf(codes: ReadonlySet<ProblemCode>): Record<number, object> {
  const answers: Record<number, object> = {};
  const statuses = new Set([...codes].map((code) => problemKind(code).status));
  for (const status of [...statuses].sort((a, b) => a - b)) {
    const ofStatus = [...codes].filter((code) => problemKind(code).status === status);
    answers[status] = {
      description: ofStatus.map((code) => `\`${code}\`: ${problemKind(code).title}`).join('\n\n'),
      content: {
        'application/problem+json': {
          schema: problemRef,
          examples: Object.fromEntries(ofStatus.map((code) => [code, { value: exampleOf(code) }])),
        },
      },
    };
  }
  return answers;
}

/** What the detail and the faulty fields of a case look like, where they say more than the title. */
const EXAMPLE_CASES: Readonly<Partial<Record<ProblemCode, { readonly detail: string; readonly field?: string }>>> = {
  'order.illegal_transition': { detail: 'An order that is PENDING_PAYMENT cannot be moved by "ship".' },
  'return.quantity_exceeds_returnable': {
    detail: 'Line 1 (KURTA-M-BLUE) has 1 of 2 left to return, not 2.',
    field: 'items[0].quantity',
  },
  'request.invalid': { detail: 'must be integer', field: 'items[0].quantity' },
};

function exampleOf(code: ProblemCode): object {
  const { detail, field } = EXAMPLE_CASES[code] ?? { detail: problemKind(code).title };
  const facts = Object.entries(PROBLEM_FACTS[code] ?? {}).map(([name, { example }]) => [name, example] as const);
  return problem(code, detail, {
    errors: field === undefined ? undefined : [{ field, message: detail }],
    facts: Object.fromEntries(facts),
  });
}
