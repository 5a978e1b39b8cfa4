import type { FastifyRequest } from 'fastify';
import type { Api } from '../dependencies.ts';
import { answerMethodNotAllowed, answerNotFound } from '../problems/errors.ts';

interface KnownAddress {
  readonly pattern: RegExp;
  readonly methods: Set<string>;
}

/**
 * Answers what no route is for: by 405 and the methods that there are, where only the method is wrong, and else by 404,
 * as where an address has nothing in the place of an id. Told before anybody is asked who they are.
 */
export function answerUnknownRoutes(api: Api): void {
  const known = new Map<string, KnownAddress>();
  api.addHook('onRoute', ({ url, method }) => {
    const address = known.get(url) ?? { pattern: patternOf(url), methods: new Set() };
    known.set(url, address);
    // A preflight is for any address, whether there is something or not.
    for (const each of [method].flat()) if (each !== 'OPTIONS') address.methods.add(each);
  });
  api.setNotFoundHandler((request, reply) => {
    const path = request.url.split('?', 1)[0] ?? '';
    const matching = [...known.values()].filter(({ pattern }) => pattern.test(path));
    const methods = [...new Set(matching.flatMap((address) => [...address.methods]))].sort();
    // A folder takes the method and has no such file.
    const isTaken = methods.length === 0 || methods.includes(request.method);
    if (isTaken) answerNotFound(request, reply);
    else answerMethodNotAllowed(request, reply, methods);
  });
  api.addHook('onRequest', (request, reply, done) => {
    if (hasEmptyParameter(request)) answerNotFound(request, reply);
    else done();
  });
}

/** `/v1/orders/:id/pay` as an expression that its addresses fit. */
function patternOf(url: string): RegExp {
  const parts = url.split('/').map((part) => {
    if (part.startsWith(':')) return '[^/]+';
    return part === '*' ? '.*' : part.replaceAll('.', '\\.');
  });
  return new RegExp(`^${parts.join('/')}$`);
}

function hasEmptyParameter({ params }: FastifyRequest): boolean {
  if (typeof params !== 'object' || params === null) return false;
  for (const [name, value] of Object.entries(params)) if (value === '' && name !== '*') return true;
  return false;
}
