import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Pool, PoolClient } from 'pg';
import { keepAnswer, keptAnswer, matchKept } from '../../engine/idempotency.ts';
import type { Idempotency, StoredAnswer } from '../../engine/request.ts';
import { violatedConstraint } from '../../platform/database/postgres.ts';
import { problemOfRefusal, PROBLEM_TYPE } from '../problems/problem.ts';
import { inTransaction } from '../../platform/database/transaction.ts';
import { fingerprintOf, JSON_TYPE } from './write.ts';

export interface Made<View> {
  readonly view: View;
  /** What a repeated key is answered with, where that is not the view itself: a secret is shown once. */
  readonly repeated?: View;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface WriteOnceOptions<View> {
  readonly pool: Pool;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly status: 200 | 201 | 202;
  /** Makes the change, and answers with what it has come to. Whatever it throws, nothing has changed. */
  readonly make: (client: PoolClient, actor: string) => Promise<Made<View>>;
}

/** Of two requests with one key at the same time, the second finds the first one's answer when it tries again. */
const MOST_TRIES = 3;

/**
 * Changes what is no order, once for each Idempotency-Key: change and kept answer commit together. The engine does the
 * same for orders, in batches.
 */
export async function writeOnce<View>(options: WriteOnceOptions<View>): Promise<FastifyReply> {
  const { request, reply } = options;
  const key = request.headers['idempotency-key'];
  const asked =
    typeof key === 'string'
      ? { caller: request.principal.caller, key, fingerprint: fingerprintOf(request) }
      : undefined;
  for (let tries = 1; ; tries += 1) {
    try {
      const { answer, replayed } = await writeOrReplay(options, asked);
      if (replayed) reply.header('Idempotency-Replayed', 'true');
      return await reply.code(answer.status).headers(answer.headers).send(answer.body);
    } catch (error) {
      const taken = violatedConstraint(error) === 'idempotency_keys_pkey';
      if (!taken || tries === MOST_TRIES) throw error;
    }
  }
}

async function writeOrReplay<View>(
  options: WriteOnceOptions<View>,
  asked: Omit<Idempotency, 'render'> | undefined,
): Promise<{ readonly answer: StoredAnswer; readonly replayed: boolean }> {
  return inTransaction(options.pool, async (client) => {
    const kept = asked && (await keptAnswer(client, asked));
    const repeated = asked && matchKept(kept, asked);
    if (repeated?.kind === 'replayed') return { answer: repeated.answer, replayed: true };
    if (repeated?.kind === 'refused') return { answer: refusalAnswer(repeated.refusal), replayed: false };
    const result = await options.make(client, options.request.principal.actor);
    if (asked) await keepAnswer(client, asked, answerOf(options, result, result.repeated ?? result.view));
    return { answer: answerOf(options, result, result.view), replayed: false };
  });
}

function answerOf<View>({ reply, status }: WriteOnceOptions<View>, { headers }: Made<View>, view: View): StoredAnswer {
  const serialise = reply.getSerializationFunction(String(status)) ?? JSON.stringify;
  return { status, headers: { 'content-type': JSON_TYPE, ...headers }, body: serialise(view) };
}

function refusalAnswer(refusal: Parameters<typeof problemOfRefusal>[0]): StoredAnswer {
  const problem = problemOfRefusal(refusal);
  return { status: problem.status, headers: { 'content-type': PROBLEM_TYPE }, body: JSON.stringify(problem) };
}
