import { hash } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Order } from '../../domain/orders/order.ts';
import type { Engine } from '../../engine/engine.ts';
import type { Decided, EngineRequest, StoredAnswer } from '../../engine/request.ts';
import { ProblemError, problemOfRefusal, PROBLEM_TYPE } from '../problems/problem.ts';

export const JSON_TYPE = 'application/json; charset=utf-8';

export interface WriteOptions<View> {
  readonly engine: Engine;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly intent: EngineRequest['intent'];
  readonly status: 200 | 201;
  /** What the answer says of an outcome that is not a refusal. */
  readonly view: (outcome: Exclude<Decided, { kind: 'refused' }>) => Written<View>;
}

export interface Written<View> {
  readonly view: View;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Sends an intent through the engine and answers: with the outcome, or with what was answered to its key before. */
export async function write<View>(options: WriteOptions<View>): Promise<FastifyReply> {
  const { engine, request, reply, intent } = options;
  const { actor, caller, scope } = request.principal;
  const key = request.headers['idempotency-key'];
  const render = (outcome: Decided) => answerTo(outcome, options);
  const outcome = await engine.execute({
    intent,
    actor,
    caller,
    scope,
    ...(typeof key === 'string' ? { idempotency: { caller, key, fingerprint: fingerprintOf(request), render } } : {}),
  });
  const replayed = outcome.kind === 'replayed';
  const answer = replayed ? outcome.answer : (outcome.answer ?? render(outcome));
  if (replayed) reply.header('Idempotency-Replayed', 'true');
  return reply.code(answer.status).headers(answer.headers).send(answer.body);
}

function answerTo<View>(outcome: Decided, { reply, status, view }: WriteOptions<View>): StoredAnswer {
  if (outcome.kind === 'refused') {
    const problem = problemOfRefusal(outcome.refusal);
    return { status: problem.status, headers: { 'content-type': PROBLEM_TYPE }, body: JSON.stringify(problem) };
  }
  const written = view(outcome);
  const serialise = reply.getSerializationFunction(String(status)) ?? JSON.stringify;
  return {
    status,
    headers: { 'content-type': JSON_TYPE, ...written.headers },
    body: serialise(written.view),
  };
}

/** Two requests are the same when method, address and body (as read, whatever its white space) are. */
export function fingerprintOf({ method, url, body }: FastifyRequest): Buffer {
  return hash('sha256', JSON.stringify([method, url, body ?? null]), 'buffer');
}

/** The order of an outcome that has one: every outcome but a job's. */
export function orderOf(outcome: Exclude<Decided, { kind: 'refused' }>): Order {
  if (outcome.kind !== 'done') throw new TypeError(`an outcome of kind ${outcome.kind} has no order`);
  return outcome.order;
}

export function etagOf(version: number): string {
  return `"${version}"`;
}

/**
 * The version in the ETag. What an order's says besides is not asked for: see `orderEtagOf`.
 *
 * @throws ProblemError when the header is no ETag of ours
 */
export function expectedVersionOf(request: FastifyRequest): number | undefined {
  const header = request.headers['if-match'];
  if (header === undefined || header === '*') return undefined;
  const version = /^"(\d{1,9})(?:\.\d{1,9})?"$/.exec(header)?.[1];
  if (version === undefined) {
    throw new ProblemError('request.invalid', 'If-Match is not an ETag of this resource', {
      errors: [{ field: 'if-match', message: 'must be the ETag as it was answered, such as "7"' }],
    });
  }
  return Number(version);
}
