import type { FastifyReply, FastifyRequest, onRequestHookHandler, RouteOptions } from 'fastify';
import type { Identity } from '../../identity/identity.ts';
import { costOf } from '../../identity/operation-costs.ts';
import { isOperation, OPERATIONS, type Access, type OperationId } from '../../identity/operations.ts';
import { ANONYMOUS, principalMay, type Principal } from '../../identity/principal.ts';
import type { SecurityEventName } from '../../identity/security-log.ts';
import type { Api } from '../dependencies.ts';
import { ProblemError } from '../problems/problem.ts';
import { identify } from './identify.ts';
import { applyGrant, tooMany } from './rate-limit.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Who it comes from; anonymous until that is known, and on what everyone may do. */
    principal: Principal;
  }
  interface FastifyContextConfig {
    /** For a route without an operationId: it tells nothing of the business, so everyone may read it. */
    isPublic?: boolean;
  }
}

const UNAUTHORIZED = 401;

/** What whoever asks may send, where a route does not say otherwise: several times the longest of an honest client's. */
export const MOST_BYTES_OF_ANYONE = 16 * 1024;

/** Plugins of others serve these files, to whoever asks. */
const PUBLIC_FOLDERS = ['/docs', '/console/assets'];

/**
 * Puts a guard before every route that is registered from now on, by its operationId, and writes into its description
 * who may come in. A route that the table of operations does not know is not registered at all.
 */
export function guardRoutes(api: Api, identity: Identity): void {
  api.decorateRequest('principal');
  api.addHook('onRequest', (request, _reply, done) => {
    request.principal = ANONYMOUS;
    done();
  });
  api.addHook('onRoute', (route) => {
    const operation = operationOf(route);
    if (operation === undefined) return;
    const access: Access = OPERATIONS[operation];
    const isForEveryone = access === 'everyone';
    const cost = costOf(operation, undefined);
    route.schema = {
      ...route.schema,
      ...{ 'x-roles': isForEveryone ? ['everyone'] : access },
      ...(cost > 1 ? { 'x-cost': cost } : {}),
      ...(isForEveryone ? {} : { security: [{ key: [] }, { session: [] }] }),
    };
    if (isForEveryone) {
      route.bodyLimit ??= MOST_BYTES_OF_ANYONE;
      return;
    }
    route.onRequest = [guard(identity, operation), ...[route.onRequest ?? []].flat()];
  });
}

/** @throws Error for a route that nobody has said who may use */
function operationOf({ url, schema, config }: RouteOptions): OperationId | undefined {
  const operationId = schema?.operationId;
  if (operationId === undefined) {
    const isPublic = PUBLIC_FOLDERS.some((folder) => url === folder || url.startsWith(`${folder}/`));
    if (config?.isPublic || isPublic) return undefined;
    throw new Error(`${url} has no operationId, so nobody can say who may use it`);
  }
  if (isOperation(operationId)) return operationId;
  throw new Error(`${operationId} (${url}) is not in the table of src/identity/operations.ts`);
}

/** Runs before the body is read. A request whose key is known does not wait for anything. */
function guard(identity: Identity, operation: OperationId): onRequestHookHandler {
  return (request, reply, done) => {
    const refuse = (error: unknown): void => {
      refused(identity, operation, request, error).then(done, done);
    };
    try {
      const principal = identify(request, identity);
      const admitted =
        principal instanceof Promise
          ? principal.then((known) => admit(identity, operation, known, request, reply))
          : admit(identity, operation, principal, request, reply);
      if (admitted instanceof Promise) admitted.then(done, refuse);
      else done();
    } catch (error) {
      refuse(error);
    }
  };
}

/**
 * What is forbidden counts as well, or it could be asked for without end.
 *
 * @throws ProblemError when the caller has to wait, or its role does not include the operation; by the promise, too
 */
function admit(
  { limits }: Identity,
  operation: OperationId,
  principal: Principal,
  request: FastifyRequest,
  reply: FastifyReply,
): undefined | Promise<undefined> {
  request.principal = principal;
  const grant = limits.ofCaller(principal, costOf(operation, limitOf(request.query)));
  if (grant instanceof Promise) {
    return grant.then((given) => {
      applyGrant(given, limits, reply);
      refuseForbidden(principal, operation);
      return undefined;
    });
  }
  if (grant) applyGrant(grant, limits, reply);
  refuseForbidden(principal, operation);
  return undefined;
}

/** Not checked yet against what the route takes. */
function limitOf(query: unknown): unknown {
  return typeof query === 'object' && query !== null && 'limit' in query ? query.limit : undefined;
}

function refuseForbidden(principal: Principal, operation: OperationId): void {
  if (principalMay(principal, operation)) return;
  throw new ProblemError('auth.forbidden', `${principal.actor} (${principal.role}) may not do this.`, {
    facts: { role: principal.role, operation },
  });
}

/** Puts on record what has to be; an address that fails too often hears 429 in the place of 401. */
async function refused(
  identity: Identity,
  operation: OperationId,
  { id: requestId, ip: address, principal }: FastifyRequest,
  error: unknown,
): Promise<Error> {
  if (!(error instanceof ProblemError)) return asError(error);
  const { code, status } = error.problem;
  if (status === UNAUTHORIZED) {
    const grant = await identity.limits.ofFailure(address);
    if (grant?.allowed === false) return tooMany(grant.retryAfterSeconds);
  }
  const event = EVENT_OF_PROBLEM[code];
  if (event) {
    const { actor } = principal;
    identity.securityLog.record({ event, actor, operation, requestId, address, detail: error.message });
  }
  return error;
}

/** Of what is refused at the door, what goes on record: not that somebody forgot to say who they are. */
const EVENT_OF_PROBLEM: Readonly<Partial<Record<string, SecurityEventName>>> = {
  'auth.invalid': 'access.unknown',
  'auth.secret_in_url': 'access.secret_in_url',
  'auth.forbidden': 'access.forbidden',
  'auth.cross_site': 'access.cross_site',
  'auth.header_missing': 'access.cross_site',
};

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
