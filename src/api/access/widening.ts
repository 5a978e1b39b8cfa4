import type { FastifyRequest } from 'fastify';
import type { Identity } from '../../identity/identity.ts';
import type { OperationId } from '../../identity/operations.ts';
import type { Principal } from '../../identity/principal.ts';
import { ProblemError } from '../problems/problem.ts';

/** A key whose secret is about to be handed to whoever asks. */
export interface HandedKey {
  /** Null: all that its role may. */
  readonly operations: readonly string[] | null;
  /** Null: it has no end. */
  readonly expiresAt: Date | null;
}

/*
 * Whoever comes by a key hands on nothing that may do more, or lasts longer, than that key: neither anew, nor by taking
 * over what is there. What is refused is on record, because whoever tries it wants more than they were given.
 */

/** @throws ProblemError when the key that is handed out would do more, or last longer, than the key that asks */
export function refuseWiderKey(
  identity: Identity,
  request: FastifyRequest,
  operation: OperationId,
  handed: HandedKey,
): void {
  refuse(identity, request, operation, faultOfKey(request.principal, handed));
}

/**
 * People are narrowed to nothing: whoever can come in as one may do all that their role may.
 *
 * @throws ProblemError when the key that asks is narrowed
 */
export function refuseWiderPerson(identity: Identity, request: FastifyRequest, operation: OperationId): void {
  refuse(identity, request, operation, faultOfPerson(request.principal));
}

function refuse(
  identity: Identity,
  { id: requestId, ip: address, principal: { actor, role } }: FastifyRequest,
  operation: OperationId,
  fault: string | undefined,
): void {
  if (fault === undefined) return;
  identity.securityLog.record({ event: 'access.forbidden', actor, operation, requestId, address, detail: fault });
  throw new ProblemError('auth.forbidden', fault, { facts: { role, operation } });
}

function faultOfPerson({ operations: own }: Principal): string | undefined {
  return own && 'A key that is narrowed to operations lets no person in, who would not be narrowed.';
}

function faultOfKey({ operations: own, endsAt }: Principal, { operations, expiresAt }: HandedKey): string | undefined {
  if (own && !operations?.every((operation) => own.has(operation))) {
    return 'A key that is narrowed to operations hands on only keys that are narrowed to such.';
  }
  if (endsAt && (expiresAt === null || expiresAt > endsAt)) {
    return `A key that ends at ${endsAt.toISOString()} hands on no key that lasts longer.`;
  }
  return undefined;
}
