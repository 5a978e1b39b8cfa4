import type { onRequestHookHandler } from 'fastify';
import type { Api } from '../dependencies.ts';

/**
 * Forbids whoever is on the way, and the browser itself, to keep what an operation answers: people are known by a cookie,
 * which no cache looks at, and a desk may be shared. An ETag here is for If-Match and never answered with 304, so there
 * is nothing to gain by keeping. To be called once everything else stands before the routes, so that their refusals are
 * not kept either; a route may say something else, and what has no operation (the console's files) says so itself.
 */
export function forbidKeeping(api: Api): void {
  const forbid: onRequestHookHandler = (_request, reply, done) => {
    reply.header('Cache-Control', 'private, no-store');
    done();
  };
  api.addHook('onRoute', (route) => {
    if (route.schema?.operationId === undefined) return;
    route.onRequest = [forbid, ...[route.onRequest ?? []].flat()];
  });
}
