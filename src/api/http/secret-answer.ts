import type { FastifyRequest } from 'fastify';
import { ProblemError } from '../problems/problem.ts';

/** A kept answer would be the secret in plain text in the database. */
export function refuseIdempotencyKey({ headers }: FastifyRequest): void {
  if (headers['idempotency-key'] === undefined) return;
  const message = 'is not taken here: the answer holds a secret, and is not kept';
  throw new ProblemError('request.invalid', `Idempotency-Key ${message}`, {
    errors: [{ field: 'idempotency-key', message }],
  });
}
