import { Type } from 'typebox';
import { GATEWAY_PROBLEMS, PROBLEM_MEDIA_TYPE, type GatewayProblemCode } from './problem.ts';

const ProblemView = Type.Object(
  {
    type: Type.String(),
    title: Type.String(),
    status: Type.Integer(),
    code: Type.String(),
    detail: Type.String(),
    errors: Type.Optional(Type.Array(Type.Object({ field: Type.String(), message: Type.String() }))),
  },
  { description: 'Problem details, RFC 9457' },
);

const ANYWHERE: readonly GatewayProblemCode[] = ['service.error', 'service.unavailable'];

/** What an operation that takes a body may answer besides. */
export const WITH_BODY: readonly GatewayProblemCode[] = [
  'request.malformed',
  'request.invalid',
  'request.too_large',
  'request.unsupported_media_type',
];

/** The error answers of an operation for the OpenAPI document, by status. */
export function problemAnswers(...codes: readonly GatewayProblemCode[]): Record<number, object> {
  const answers: Record<number, object> = {};
  const all = [...codes, ...ANYWHERE];
  for (const { status } of all.map((code) => GATEWAY_PROBLEMS[code])) {
    const ofStatus = all.filter((code) => GATEWAY_PROBLEMS[code].status === status);
    answers[status] = {
      description: ofStatus.map((code) => `\`${code}\`: ${GATEWAY_PROBLEMS[code].title}`).join('\n\n'),
      content: { [PROBLEM_MEDIA_TYPE]: { schema: ProblemView } },
    };
  }
  return answers;
}
