const ROLES = ['admin', 'support', 'warehouse', 'finance', 'read_only'] as const;

/** The provider that people may sign in by. */
export interface OidcSettings {
  readonly issuer: string;
  readonly clientId: string;
  /** Undefined: a public client, known by PKCE alone. */
  readonly clientSecret: string | undefined;
  /** On the button. */
  readonly name: string;
  /** Where the provider sends people back to. */
  readonly redirectUrl: string;
  /** Who is taken in without an invitation; undefined: nobody. */
  readonly newcomers: { readonly domains: readonly string[]; readonly role: (typeof ROLES)[number] } | undefined;
}

export const OIDC_SETTINGS = {
  OIDC_ISSUER: ['', 'OpenID provider that people may sign in by, an https:// address; needs PUBLIC_URL; unset: none'],
  OIDC_CLIENT_ID: ['', 'what we are called there'],
  OIDC_CLIENT_SECRET: ['', 'what we are known by there; unset: a public client, by PKCE alone'],
  OIDC_NAME: ['single sign-on', 'what the button calls it'],
  OIDC_ALLOWED_DOMAINS: ['', 'domains of e-mail addresses that are taken in uninvited, a comma between; unset: none'],
  OIDC_DEFAULT_ROLE: ['read_only', 'what they may do then'],
} as const satisfies Record<string, readonly [byDefault: string, meaning: string]>;

type OidcSettingName = keyof typeof OIDC_SETTINGS;

interface Reader {
  readonly text: (name: OidcSettingName) => string;
  readonly optional: (name: OidcSettingName) => string | undefined;
  readonly list: (name: OidcSettingName) => readonly string[];
  readonly fault: (name: string, problem: string) => void;
  /** Undefined: PUBLIC_URL is not set. */
  readonly publicUrl: string | undefined;
}

export const OIDC_CALLBACK_PATH = '/v1/session/oidc/callback';

export function readOidcSettings({ text, optional, list, fault, publicUrl }: Reader): OidcSettings | undefined {
  const role = ROLES.find((each) => each === text('OIDC_DEFAULT_ROLE'));
  if (role === undefined)
    fault('OIDC_DEFAULT_ROLE', `must be of ${ROLES.join(', ')}, not "${text('OIDC_DEFAULT_ROLE')}"`);
  const domains = list('OIDC_ALLOWED_DOMAINS').map((domain) => domain.toLowerCase());
  const issuer = optional('OIDC_ISSUER');
  if (issuer === undefined) return undefined;
  const isSafe =
    URL.canParse(issuer) &&
    (new URL(issuer).protocol === 'https:' || ['127.0.0.1', 'localhost'].includes(new URL(issuer).hostname));
  if (!isSafe) fault('OIDC_ISSUER', 'must be an https:// address');
  const clientId = optional('OIDC_CLIENT_ID');
  if (clientId === undefined) fault('OIDC_CLIENT_ID', 'must be set, because OIDC_ISSUER is');
  if (publicUrl === undefined)
    fault('PUBLIC_URL', 'must be set, because OIDC_ISSUER is: the provider sends people there');
  return {
    issuer,
    clientId: clientId ?? '',
    clientSecret: optional('OIDC_CLIENT_SECRET'),
    name: text('OIDC_NAME'),
    redirectUrl: publicUrl !== undefined && URL.canParse(publicUrl) ? new URL(OIDC_CALLBACK_PATH, publicUrl).href : '',
    newcomers: domains.length > 0 && role !== undefined ? { domains, role } : undefined,
  };
}
