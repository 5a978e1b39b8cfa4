import type { FastifyReply } from 'fastify';
import { BURST_SECONDS, type Limits } from '../../identity/limits.ts';
import type { Grant } from '../../identity/rate-limiter.ts';
import { ProblemError } from '../problems/problem.ts';

/**
 * Tells the limit as the IETF's draft on RateLimit header fields has it, on every answer to a caller that has one.
 *
 * @throws ProblemError when the caller has to wait
 */
export function applyGrant(grant: Grant, { callersPerSecond }: Limits, reply: FastifyReply): void {
  const quota = callersPerSecond * BURST_SECONDS;
  reply.header('RateLimit-Policy', `"caller";q=${quota};w=${BURST_SECONDS}`);
  reply.header('RateLimit', `"caller";r=${grant.allowed ? grant.remaining : 0};t=${waitOf(grant)}`);
  if (!grant.allowed) throw tooMany(grant.retryAfterSeconds);
}

export function tooMany(retryAfterSeconds: number): ProblemError {
  return new ProblemError('rate.limited', `Wait ${retryAfterSeconds} s.`, {
    facts: { retry_after_seconds: retryAfterSeconds },
  });
}

/** Seconds until there is more. */
function waitOf(grant: Grant): number {
  return grant.allowed ? 1 : grant.retryAfterSeconds;
}
