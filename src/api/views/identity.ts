import type { Static } from 'typebox';
import type { ApiKey } from '../../identity/keys/api-keys.ts';
import { ALL_OPERATIONS } from '../../identity/operations.ts';
import { principalMay, type Principal } from '../../identity/principal.ts';
import type { SecurityEventView } from '../../identity/security-log.ts';
import type { ApiKeySchema, MeSchema, SecurityEventSchema } from '../schemas/identity.ts';

export function keyView(key: ApiKey): Static<typeof ApiKeySchema> {
  return {
    id: key.id,
    name: key.name,
    role: key.role,
    operations: key.operations && [...key.operations],
    state: stateOf(key),
    created_by: key.createdBy,
    created_at: key.createdAt,
    expires_at: key.expiresAt,
    revoked_at: key.revokedAt,
    revoked_by: key.revokedBy,
    last_used_at: key.lastUsedAt,
    secrets: key.secrets.map((secret) => ({
      prefix: secret.prefix,
      created_at: secret.createdAt,
      expires_at: secret.expiresAt,
    })),
  };
}

function stateOf({ revokedAt, expiresAt }: ApiKey): 'ACTIVE' | 'EXPIRED' | 'REVOKED' {
  if (revokedAt) return 'REVOKED';
  return expiresAt && expiresAt.getTime() <= Date.now() ? 'EXPIRED' : 'ACTIVE';
}

export function meView(principal: Principal): Static<typeof MeSchema> {
  const { kind, actor, role } = principal;
  if (kind === 'anonymous' || role === null) throw new TypeError('nobody is behind the request');
  return { kind, actor, role, operations: ALL_OPERATIONS.filter((operation) => principalMay(principal, operation)) };
}

export function securityEventView(view: SecurityEventView): Static<typeof SecurityEventSchema> {
  return {
    id: view.id,
    event: view.event,
    actor: view.actor,
    operation: view.operation,
    request_id: view.requestId,
    address: view.address,
    detail: view.detail,
    created_at: view.createdAt,
  };
}
