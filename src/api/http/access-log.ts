import type { FastifyReply, FastifyRequest } from 'fastify';
import { LASTING } from '../../identity/operation-costs.ts';
import { isOperation } from '../../identity/operations.ts';
import type { Logger } from '../../platform/logger.ts';
import type { Metrics } from '../metrics.ts';

/** Counts and logs an answered request, by its route's template: nothing that the client made up, or may be secret. */
export function recordAnswer(
  { logger, metrics }: { readonly logger: Logger; readonly metrics: Metrics },
  request: FastifyRequest,
  { statusCode, elapsedTime }: FastifyReply,
): void {
  const { method, path } = namesOf(request);
  metrics.requestAnswered(path, method, statusCode);
  if (!isLasting(request)) metrics.requestTook(path, method, elapsedTime / 1_000);
  const durationMs = Math.round(elapsedTime * 1_000) / 1_000;
  logger.info({ request_id: request.id, method, path, status: statusCode, duration_ms: durationMs }, 'request');
}

/** A client that goes away before its answer has none to be recorded, but was here. */
export function recordBrokenOff(logger: Logger, request: FastifyRequest): void {
  logger.info({ request_id: request.id, ...namesOf(request) }, 'request broken off');
}

/** Whether it took as long as its client liked, which says nothing of how fast we are. */
function isLasting({ routeOptions }: FastifyRequest): boolean {
  const operation = routeOptions.schema?.operationId;
  return operation !== undefined && isOperation(operation) && LASTING.has(operation);
}

function namesOf({ method, routeOptions }: FastifyRequest): { method: string; path: string } {
  return { method, path: routeOptions.url ?? 'unmatched' };
}
