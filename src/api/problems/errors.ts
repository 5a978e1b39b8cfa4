import type { FastifyReply, FastifyRequest } from 'fastify';
import { OutcomeUnknown } from '../../platform/database/transaction.ts';
import { IssuerUnavailable } from '../../identity/issuer/issuer-keys.ts';
import { Overloaded } from '../../platform/sharing/coalesce.ts';
import { isHeldUp, isUnavailable } from '../../platform/database/postgres.ts';
import { SealedByAnotherKey } from '../../platform/secrets/secret-box.ts';
import { problem, ProblemError, PROBLEM_TYPE, type Problem } from './problem.ts';
import { JsonFault } from '../http/strict-json.ts';

const RETRY_AFTER_SECONDS = 1;
const BYTES_A_KIBIBYTE = 1_024;

/** Answers an error with problem details. What nobody foresaw is logged whole and told without its text. */
export function answerError(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  const answer = problemOf(error, request);
  // What is shed costs as little as it can: it is counted, and has its line in the access log.
  if (answer.status >= 500 && answer.code !== 'service.busy') {
    const level = answer.status === 503 ? 'warn' : 'error';
    request.log[level]({ err: error, code: answer.code }, 'the request failed');
  }
  if (answer.status === 401) reply.header('WWW-Authenticate', 'Bearer realm="roundtrip"');
  if (answer.status === 429) reply.header('Retry-After', String(answer['retry_after_seconds']));
  if (answer.status === 503) reply.header('Retry-After', String(RETRY_AFTER_SECONDS));
  send(answer, request, reply);
}

export function answerNotFound(request: FastifyRequest, reply: FastifyReply): void {
  send(problem('route.not_found', `There is no ${request.method} ${pathOf(request.url)}.`), request, reply);
}

export function answerMethodNotAllowed(request: FastifyRequest, reply: FastifyReply, methods: readonly string[]): void {
  const allowed = methods.join(', ');
  const detail = `${pathOf(request.url)} takes ${allowed}, and no ${request.method}.`;
  send(problem('route.method_not_allowed', detail), request, reply.header('Allow', allowed));
}

/** Names the request itself: for an address that cannot be read, the hook that does so never ran. */
function send(answer: Problem, request: FastifyRequest, reply: FastifyReply): void {
  reply.header('X-Request-ID', request.id).header('content-type', PROBLEM_TYPE);
  void reply.code(answer.status).send(JSON.stringify(answer));
}

function problemOf(error: unknown, request: FastifyRequest): Problem {
  if (error instanceof ProblemError) return error.problem;
  if (error instanceof JsonFault) {
    const subject = error.field || 'The body';
    return problem('request.malformed', `${subject} ${error.message}.`, {
      errors: [{ field: error.field, message: error.message }],
    });
  }
  if (error instanceof Overloaded) return problem('service.overloaded', 'Too much is waiting; nothing was done.');
  if (error instanceof IssuerUnavailable) {
    return problem('auth.issuer_unavailable', 'The issuer of the token does not say which keys are its own.');
  }
  if (error instanceof OutcomeUnknown) {
    return problem('service.outcome_unknown', 'The connection to the database was lost while committing.');
  }
  if (error instanceof SealedByAnotherKey) {
    return problem('service.secret_unreadable', 'What is needed was sealed by a key that is not here any more.');
  }
  // Before the database is asked about: a client that breaks off its body is told by the code of a lost connection too.
  const ofFramework = problemOfFrameworkError(error, request);
  if (ofFramework) return ofFramework;
  if (isHeldUp(error)) return problem('service.overloaded', 'The database is held up by others; nothing was done.');
  if (isUnavailable(error)) return problem('service.unavailable', 'The database is away; nothing was done.');
  return problem('service.error', 'Something is wrong on our side. It is in the log under this request id.');
}

/** Fastify's own errors: what it refused before a handler ran. It gives each a status of 4xx. */
function problemOfFrameworkError(error: unknown, { routeOptions }: FastifyRequest): Problem | undefined {
  if (!(error instanceof Error) || !('statusCode' in error)) return undefined;
  const { statusCode } = error;
  if (typeof statusCode !== 'number' || statusCode < 400 || statusCode >= 500) return undefined;
  switch ('code' in error ? error.code : undefined) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return problem('request.too_large', `The body is over ${routeOptions.bodyLimit / BYTES_A_KIBIBYTE} KiB.`);
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return problem('request.unsupported_media_type', 'The body must be application/json.');
    case 'FST_ERR_BAD_URL':
    case 'FST_ERR_MAX_PARAM_LENGTH':
      return problem('request.malformed', 'The address cannot be read.');
    default:
      return problem('request.malformed', error.message);
  }
}

function pathOf(url: string): string {
  return url.split('?', 1)[0]?.slice(0, 200) ?? '';
}
