import type { FastifyReply, FastifyRequest } from 'fastify';
import { isUnavailable } from '../platform/database/postgres.ts';
import { OutcomeUnknown } from '../platform/database/transaction.ts';

/** Every error that the gateway answers with. The titles are what the OpenAPI document says of them. */
export const GATEWAY_PROBLEMS = {
  'request.malformed': { status: 400, title: 'The request cannot be read.' },
  'request.invalid': { status: 400, title: 'Something in the request is not as described; `errors` names the fields.' },
  'refund.declined': { status: 402, title: 'The refund was declined: `decline_code` says why.' },
  'payment.declined': { status: 402, title: 'The payment was declined: `decline_code` says why.' },
  'payment.not_found': { status: 404, title: 'No payment has this id.' },
  'refund.not_found': { status: 404, title: 'No refund has this id.' },
  'route.not_found': { status: 404, title: 'There is nothing at this address.' },
  'idempotency.in_flight': { status: 409, title: 'A request with this Idempotency-Key is being worked on.' },
  'request.too_large': { status: 413, title: 'The body is over 64 KiB.' },
  'request.unsupported_media_type': { status: 415, title: 'The body is not `application/json`.' },
  'idempotency.key_reused': { status: 422, title: 'This Idempotency-Key was used with another request.' },
  'service.busy': { status: 429, title: 'Too much to do: come back after `Retry-After`.' },
  'service.error': { status: 500, title: 'Something is wrong on the side of the gateway.' },
  'service.unavailable': { status: 503, title: 'The database is away: come back after `Retry-After`.' },
} as const;

export type GatewayProblemCode = keyof typeof GATEWAY_PROBLEMS;

export const PROBLEM_MEDIA_TYPE = 'application/problem+json';

/** Answered as RFC 9457 problem details with a stable `code`. */
export class GatewayProblem extends Error {
  override readonly name = 'GatewayProblem';
  readonly code: GatewayProblemCode;
  readonly facts: Readonly<Record<string, unknown>>;

  constructor(code: GatewayProblemCode, detail: string, facts: Readonly<Record<string, unknown>> = {}) {
    super(detail);
    this.code = code;
    this.facts = facts;
  }
}

export function answerGatewayError(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  const problem = problemOf(error);
  const { status } = GATEWAY_PROBLEMS[problem.code];
  if (status >= 500) request.log.error({ err: error }, 'the request failed');
  if (status === 503) reply.header('Retry-After', '1');
  send(problem, reply);
}

export function answerNothingHere(request: FastifyRequest, reply: FastifyReply): void {
  send(new GatewayProblem('route.not_found', `There is no ${request.method} at this address.`), reply);
}

function send({ code, message, facts }: GatewayProblem, reply: FastifyReply): void {
  const { status, title } = GATEWAY_PROBLEMS[code];
  const body = { type: `urn:roundtrip-gateway:problem:${code}`, title, status, code, detail: message, ...facts };
  void reply.code(status).header('content-type', `${PROBLEM_MEDIA_TYPE}; charset=utf-8`).send(JSON.stringify(body));
}

function problemOf(error: unknown): GatewayProblem {
  if (error instanceof GatewayProblem) return error;
  if (isUnavailable(error) || error instanceof OutcomeUnknown) {
    return new GatewayProblem('service.unavailable', 'The database is away.');
  }
  const status = error instanceof Error && 'statusCode' in error ? error.statusCode : undefined;
  if (error instanceof Error && typeof status === 'number' && status >= 400 && status < 500) {
    return new GatewayProblem(codeOfFramework(status), error.message);
  }
  return new GatewayProblem('service.error', 'Something is wrong on our side.');
}

function codeOfFramework(status: number): GatewayProblemCode {
  if (status === 413) return 'request.too_large';
  if (status === 415) return 'request.unsupported_media_type';
  return 'request.malformed';
}
