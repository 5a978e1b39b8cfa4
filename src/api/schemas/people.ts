import { Type } from 'typebox';
import { LINK_PURPOSES } from '../../identity/people/one-time-links.ts';
import { PERSON_NAME_PATTERN } from '../../identity/people/people.ts';
import { LONGEST_PASSWORD, SHORTEST_PASSWORD } from '../../identity/people/password-policy.ts';
import { PERSON_ROLES } from '../../identity/roles.ts';
import { emailAddress, Id, named, Nullable, pageOf, ref, strict, TimestampOut } from './common.ts';

const PersonRole = Type.Enum(PERSON_ROLES, { examples: ['support'] });
const PersonName = Type.String({
  pattern: PERSON_NAME_PATTERN,
  maxLength: 64,
  description: 'Goes on record for what the person does; never given to another',
  examples: ['Asha Rao'],
});
const Email = emailAddress(254, 'asha@shop.example');
/** Of any length that somebody may have typed: what is too long is wrong, like anything else that is not the password. */
const GivenPassword = Type.String({ minLength: 1, maxLength: 256, examples: ['four words and a comma'] });
const NewPassword = Type.String({
  minLength: SHORTEST_PASSWORD,
  maxLength: LONGEST_PASSWORD,
  description: 'Whatever characters; not made of the name, the e-mail address, or `roundtrip`',
  examples: ['four words and a comma'],
});
const Code = Type.String({
  minLength: 6,
  maxLength: 40,
  description: 'Six digits of the app, or a recovery code; each is good once',
  examples: ['755224'],
});
const LinkToken = Type.String({
  pattern: '^rt_link_[\\w-]{43}$',
  description: 'What the link has behind `#token=`',
  examples: ['rt_link_3q2-7wXoZ1b8Qm5tRk0vYc9sLd4fHg6jPn2aUe7iBx1'],
});

export const SignInBody = Type.Object(
  {
    email: Type.String({ minLength: 1, maxLength: 254, examples: ['asha@shop.example'] }),
    password: GivenPassword,
    code: Type.Optional(Code),
  },
  { ...strict, examples: [{ email: 'asha@shop.example', password: 'four words and a comma' }] },
);
export const PasswordChange = Type.Object(
  { current_password: GivenPassword, new_password: NewPassword },
  { ...strict, examples: [{ current_password: 'four words and a comma', new_password: 'another four words instead' }] },
);
export const PasswordProof = Type.Object(
  { password: GivenPassword },
  { ...strict, examples: [{ password: 'four words and a comma' }] },
);
export const CodeProof = Type.Object({ code: Code }, { ...strict, examples: [{ code: '755224' }] });

const token = 'rt_link_3q2-7wXoZ1b8Qm5tRk0vYc9sLd4fHg6jPn2aUe7iBx1';
export const LinkBody = Type.Object({ token: LinkToken }, { ...strict, examples: [{ token }] });
export const SetUpBody = Type.Object(
  { token: LinkToken, name: PersonName, email: Email, password: NewPassword },
  {
    ...strict,
    examples: [{ token, name: 'Asha Rao', email: 'asha@shop.example', password: 'four words and a comma' }],
  },
);
export const PasswordChoice = Type.Object(
  { token: LinkToken, password: NewPassword },
  { ...strict, examples: [{ token, password: 'four words and a comma' }] },
);

export const NewPersonBody = Type.Object(
  { name: PersonName, email: Email, role: PersonRole },
  { ...strict, examples: [{ name: 'Asha Rao', email: 'asha@shop.example', role: 'support' }] },
);
export const PersonChangeBody = Type.Object(
  { role: Type.Optional(PersonRole), disabled: Type.Optional(Type.Boolean()) },
  { ...strict, examples: [{ role: 'finance' }] },
);
export const PersonReset = Type.Object(
  {
    remove_second_factor: Type.Optional(
      Type.Boolean({ default: false, description: 'The person has lost it: it goes once the link is used' }),
    ),
  },
  { ...strict, examples: [{ remove_second_factor: true }] },
);

const PersonFields = {
  id: Id,
  name: Type.String(),
  email: Type.String(),
  role: PersonRole,
  state: Type.Enum(['INVITED', 'ACTIVE', 'DISABLED'] as const, {
    description: 'INVITED: has not chosen a password yet',
  }),
  has_second_factor: Type.Boolean(),
  created_by: Type.String(),
  created_at: TimestampOut,
  last_signed_in_at: Nullable(TimestampOut),
  disabled_at: Nullable(TimestampOut),
  disabled_by: Nullable(Type.String()),
};
export const PersonSchema = named('Person', Type.Object(PersonFields));
export const PersonPage = pageOf(PersonSchema);
export const PersonWithLinkSchema = named(
  'PersonWithLink',
  Type.Object({
    ...PersonFields,
    link: Type.String({ description: 'Good once, and in this answer only: hand it to the person' }),
    link_expires_at: TimestampOut,
  }),
);
export const LinkHolderSchema = named(
  'LinkHolder',
  Type.Object({
    purpose: Type.Enum(LINK_PURPOSES),
    name: Nullable(Type.String({ description: 'Null: whoever makes the first account' })),
    email: Nullable(Type.String()),
  }),
);

const SessionFields = {
  id: Id,
  is_current: Type.Boolean({ description: 'Whether the request came by it' }),
  address: Type.String(),
  user_agent: Nullable(Type.String()),
  created_at: TimestampOut,
  last_seen_at: { ...TimestampOut, description: 'To within seconds' },
  expires_at: TimestampOut,
};
export const SessionSchema = named('Session', Type.Object(SessionFields));
export const SessionListSchema = named('SessionList', Type.Object({ data: Type.Array(ref(SessionSchema)) }));
export const OwnSessionSchema = named(
  'OwnSession',
  Type.Object({ id: Id, expires_at: TimestampOut, person: ref(PersonSchema) }),
);
export const EndedSessionsSchema = named('EndedSessions', Type.Object({ ended: Type.Integer({ minimum: 0 }) }));
export const EnrolmentSchema = named(
  'SecondFactorEnrolment',
  Type.Object({
    secret: Type.String({ description: 'Base32, to be typed into an app' }),
    uri: Type.String({ description: 'The same, to be shown as a QR code', examples: ['otpauth://totp/Roundtrip:…'] }),
  }),
);
export const RecoveryCodesSchema = named(
  'RecoveryCodes',
  Type.Object({
    recovery_codes: Type.Array(Type.String(), {
      description: 'Each good once in the place of a code, and in this answer only',
    }),
  }),
);

export const PEOPLE_SCHEMAS = [
  PersonSchema,
  PersonPage,
  PersonWithLinkSchema,
  LinkHolderSchema,
  SessionSchema,
  SessionListSchema,
  OwnSessionSchema,
  EndedSessionsSchema,
  EnrolmentSchema,
  RecoveryCodesSchema,
];
