import type { FastifyRequest } from 'fastify';
import type { Identity } from '../../../identity/identity.ts';
import type { SecurityEvent, SecurityEventName } from '../../../identity/security-log.ts';
import { ProblemError } from '../../problems/problem.ts';
import { tooMany } from '../../access/rate-limit.ts';
import type { Visitor } from '../../../identity/people/sign-in.ts';

/** What a request does about a person, as it goes on record; their e-mail address is on no record. */
export function personEvent(
  event: SecurityEventName,
  { id: requestId, principal, ip: address }: FastifyRequest,
  name: string | undefined,
): SecurityEvent {
  const detail = name === undefined ? undefined : `person:${name}`;
  return { event, actor: principal.actor, requestId, address, ...(detail ? { detail } : {}) };
}

/** Puts on record what a request has done about a person. */
export function recordPerson(
  { securityLog }: Identity,
  event: SecurityEventName,
  request: FastifyRequest,
  name: string | undefined,
): void {
  securityLog.record(personEvent(event, request, name));
}

export function visitorOf({ ip: address, headers }: FastifyRequest): Visitor {
  return { address, userAgent: headers['user-agent'] };
}

/** @throws ProblemError when there is a wait */
export function refuseWaiting(retryAfterSeconds: number | undefined): void {
  if (retryAfterSeconds !== undefined) throw tooMany(retryAfterSeconds);
}

/** What is wrong with one field of the body. */
export function faultOf(field: string, message: string): ProblemError {
  return new ProblemError('request.invalid', `${field} ${message}`, { errors: [{ field, message }] });
}
