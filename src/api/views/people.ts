import type { Static } from 'typebox';
import type { LinkHolder } from '../../identity/people/passwords.ts';
import type { Person } from '../../identity/people/people.ts';
import type { SessionView } from '../../identity/people/sessions.ts';
import type { SessionReference } from '../../identity/principal.ts';
import type { LinkHolderSchema, OwnSessionSchema, PersonSchema, SessionSchema } from '../schemas/people.ts';

export function personView(person: Person): Static<typeof PersonSchema> {
  return {
    id: person.id,
    name: person.name,
    email: person.email,
    role: person.role,
    state: stateOf(person),
    has_second_factor: person.hasSecondFactor,
    created_by: person.createdBy,
    created_at: person.createdAt,
    last_signed_in_at: person.lastSignedInAt,
    disabled_at: person.disabledAt,
    disabled_by: person.disabledBy,
  };
}

function stateOf({ disabledAt, hasPassword }: Person): 'INVITED' | 'ACTIVE' | 'DISABLED' {
  if (disabledAt) return 'DISABLED';
  return hasPassword ? 'ACTIVE' : 'INVITED';
}

export function linkHolderView({ purpose, person }: LinkHolder): Static<typeof LinkHolderSchema> {
  return { purpose, name: person?.name ?? null, email: person?.email ?? null };
}

/** @param current by which the request came; undefined: by none */
export function sessionView(session: SessionView, current: SessionReference | undefined): Static<typeof SessionSchema> {
  return {
    id: session.id,
    is_current: session.id === current?.id,
    address: session.address,
    user_agent: session.userAgent,
    created_at: session.createdAt,
    last_seen_at: session.lastSeenAt,
    expires_at: session.expiresAt,
  };
}

export function ownSessionView(
  { id, expiresAt }: Pick<SessionView, 'id' | 'expiresAt'>,
  person: Person,
): Static<typeof OwnSessionSchema> {
  return { id, expires_at: expiresAt, person: personView(person) };
}
