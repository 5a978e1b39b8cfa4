/** Roles that staff of an outside issuer may have; shops and customers have credentials of ours. */
const ROLES = ['admin', 'support', 'warehouse', 'finance', 'read_only'] as const;
type IssuedRole = (typeof ROLES)[number];

/** Signatures by a private key that the issuer alone has; none that is shared, and not none at all. */
const ALGORITHMS = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
] as const;

/** Whose JWTs are believed, and what is read out of them. */
export interface TokenIssuerSettings {
  /** As `iss` has it. */
  readonly issuer: string;
  /** In the name of whoever comes in by its tokens. */
  readonly name: string;
  readonly audience: string;
  /** Undefined: as the issuer's discovery document says. */
  readonly jwksUrl: string | undefined;
  readonly algorithms: readonly string[];
  /** A claim by its name, or by a path with dots between names. */
  readonly roleClaim: string;
  /** Which value of that claim is which of our roles; the first that fits counts. */
  readonly roles: readonly (readonly [value: string, role: IssuedRole])[];
  readonly actorClaim: string;
  readonly clockSkewSeconds: number;
}

export const TOKEN_ISSUER_SETTINGS = {
  JWT_ISSUER: ['', 'issuer whose JWTs let staff in, as their iss claim has it, an https:// address; unset: nobody'],
  JWT_NAME: ['', 'what it is called in the record of what its people do: token:NAME/SUBJECT; unset: its host'],
  JWT_AUDIENCE: ['', 'what their aud claim must name; needed with JWT_ISSUER'],
  JWT_JWKS_URL: ['', 'where its keys are; unset: as its /.well-known/openid-configuration says'],
  JWT_ALGORITHMS: ['RS256,PS256,ES256,EdDSA', 'signatures that are taken; none that needs a shared secret'],
  JWT_ROLE_CLAIM: [
    'roles',
    'claim that says what they may do, a text or a list; a dot leads into it: realm_access.roles',
  ],
  JWT_ROLES: [
    '',
    'its values and our roles: shop-admins=admin,packers=warehouse; the first that fits counts; needed with JWT_ISSUER',
  ],
  JWT_ACTOR_CLAIM: ['sub', 'claim that is the SUBJECT on record'],
  JWT_CLOCK_SKEW_SECONDS: ['30', 'seconds that its clock may be off'],
} as const satisfies Record<string, readonly [byDefault: string, meaning: string]>;

type TokenIssuerSettingName = keyof typeof TOKEN_ISSUER_SETTINGS;

interface Reader {
  readonly text: (name: TokenIssuerSettingName) => string;
  readonly optional: (name: TokenIssuerSettingName) => string | undefined;
  readonly list: (name: TokenIssuerSettingName) => readonly string[];
  readonly wholeNumber: (name: TokenIssuerSettingName, least: number, most: number) => number;
  readonly fault: (name: string, problem: string) => void;
}

const MOST_SKEW_SECONDS = 300;

export function readTokenIssuerSettings(reader: Reader): TokenIssuerSettings | undefined {
  const { text, optional, list, wholeNumber, fault } = reader;
  const clockSkewSeconds = wholeNumber('JWT_CLOCK_SKEW_SECONDS', 0, MOST_SKEW_SECONDS);
  const algorithms = list('JWT_ALGORITHMS');
  for (const each of algorithms) {
    if (!ALGORITHMS.some((known) => known === each)) {
      fault('JWT_ALGORITHMS', `must be of ${ALGORITHMS.join(', ')}, not "${each}"`);
    }
  }
  const issuer = optional('JWT_ISSUER');
  if (issuer === undefined) return undefined;
  const jwksUrl = optional('JWT_JWKS_URL');
  if (!isSafeUrl(issuer)) fault('JWT_ISSUER', 'must be an https:// address');
  if (jwksUrl !== undefined && !isSafeUrl(jwksUrl)) fault('JWT_JWKS_URL', 'must be an https:// address');
  const audience = optional('JWT_AUDIENCE');
  if (audience === undefined) fault('JWT_AUDIENCE', 'must be set, because JWT_ISSUER is');
  const name = optional('JWT_NAME') ?? (URL.canParse(issuer) ? new URL(issuer).hostname : '');
  if (!/^[A-Za-z0-9][A-Za-z0-9.-]{0,62}$/.test(name)) {
    fault('JWT_NAME', 'must be letters, digits, dots and hyphens, 63 at most');
  }
  return {
    issuer,
    name,
    audience: audience ?? '',
    jwksUrl,
    algorithms,
    roleClaim: text('JWT_ROLE_CLAIM'),
    roles: readRoles(reader),
    actorClaim: text('JWT_ACTOR_CLAIM'),
    clockSkewSeconds,
  };
}

function readRoles({ list, fault }: Reader): TokenIssuerSettings['roles'] {
  const pairs = list('JWT_ROLES');
  if (pairs.length === 0) fault('JWT_ROLES', 'must be set, because JWT_ISSUER is');
  return pairs.flatMap((pair) => {
    const [value = '', word, ...more] = pair.split('=').map((part) => part.trim());
    const role = ROLES.find((each) => each === word);
    if (role !== undefined && value !== '' && more.length === 0) return [[value, role] as const];
    fault('JWT_ROLES', `must be pairs such as packers=warehouse, of the roles ${ROLES.join(', ')}, not "${pair}"`);
    return [];
  });
}

/** Keys that came in the clear could be anybody's; only this machine's own need no TLS. */
function isSafeUrl(value: string): boolean {
  if (!URL.canParse(value)) return false;
  const { protocol, hostname } = new URL(value);
  return protocol === 'https:' || (protocol === 'http:' && ['127.0.0.1', '[::1]', 'localhost'].includes(hostname));
}
