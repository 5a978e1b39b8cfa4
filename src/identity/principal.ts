import { ALL_ORDERS, type OrderScope } from '../domain/orders/order-scope.ts';
import type { OperationId } from './operations.ts';
import { roleMay } from './operations.ts';
import type { Role } from './roles.ts';

/** Who a request comes from, once that is known. */
export interface Principal {
  readonly kind: 'anonymous' | 'local' | 'key' | 'person' | 'customer' | 'token';
  /** The name that goes on record for what is done. */
  readonly actor: string;
  /** Whose idempotency keys these are: stays the same as secrets are rotated. */
  readonly caller: string;
  /** Null: unknown, may do only what everyone may. */
  readonly role: Role | null;
  /** Operations of the role that it is narrowed to; undefined: all of them. */
  readonly operations: ReadonlySet<string> | undefined;
  /** When a key ends; left out: never, or it is no key. */
  readonly endsAt?: Date;
  /** The orders that it sees, and may act on. */
  readonly scope: OrderScope;
  /** By which a person comes; undefined: it is no person, or comes by no session of ours. */
  readonly session?: SessionReference;
}

export interface SessionReference {
  readonly id: number;
  readonly personId: number;
}

/** By the id: a name on record may be shown otherwise, and whoever comes in another way is the same caller. */
export function callerOfPerson(personId: number): string {
  return `person:${personId}`;
}

export const ANONYMOUS: Principal = {
  kind: 'anonymous',
  actor: 'anonymous',
  caller: 'anonymous',
  role: null,
  operations: undefined,
  scope: ALL_ORDERS,
};

/** This machine's user, as long as there is neither a person nor a key. */
export const LOCAL: Principal = {
  kind: 'local',
  actor: 'local',
  caller: 'local',
  role: 'admin',
  operations: undefined,
  scope: ALL_ORDERS,
};

export function principalMay({ role, operations }: Principal, operation: OperationId): boolean {
  return role !== null && roleMay(role, operation) && (operations === undefined || operations.has(operation));
}
