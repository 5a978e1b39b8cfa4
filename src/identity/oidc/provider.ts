import {
  allowInsecureRequests,
  authorizationCodeGrant,
  buildAuthorizationUrl,
  calculatePKCECodeChallenge,
  clockTolerance,
  discovery,
  enableNonRepudiationChecks,
  fetchUserInfo,
  None,
  randomNonce,
  randomPKCECodeVerifier,
  randomState,
  type Configuration,
} from 'openid-client';
import type { OidcSettings } from '../../platform/settings/oidc.ts';
import type { KeptSignIn } from './kept-sign-in.ts';

const TIMEOUT_SECONDS = 5;
const CLOCK_SKEW_SECONDS = 30;
const SCOPE = 'openid email profile';

/** Whom the provider says that somebody is. */
export interface ProvidedPerson {
  /** Undefined: it names none, or has not seen that it is theirs. */
  readonly verifiedEmail: string | undefined;
  readonly name: string | undefined;
}

/** An OpenID provider, found by discovery when it is needed first. */
export class OidcProvider {
  readonly #settings: OidcSettings;
  #found: Promise<Configuration> | undefined;

  constructor(settings: OidcSettings) {
    this.#settings = settings;
  }

  /**
   * Where to send somebody, and what to keep until they come back.
   *
   * @throws Error when the provider does not say how it works
   */
  async begin(): Promise<{ readonly url: URL; readonly kept: KeptSignIn }> {
    const configuration = await this.#configuration();
    const kept = { state: randomState(), nonce: randomNonce(), verifier: randomPKCECodeVerifier() };
    const url = buildAuthorizationUrl(configuration, {
      redirect_uri: this.#settings.redirectUrl,
      scope: SCOPE,
      state: kept.state,
      nonce: kept.nonce,
      code_challenge: await calculatePKCECodeChallenge(kept.verifier),
      code_challenge_method: 'S256',
    });
    return { url, kept };
  }

  /**
   * Who came back.
   *
   * @param search the query that they came back with
   * @throws Error when anything of it does not hold, or the provider does not answer
   */
  async finish(search: string, { state, nonce, verifier }: KeptSignIn): Promise<ProvidedPerson> {
    const configuration = await this.#configuration();
    const address = new URL(this.#settings.redirectUrl);
    address.search = search;
    const tokens = await authorizationCodeGrant(configuration, address, {
      expectedState: state,
      expectedNonce: nonce,
      pkceCodeVerifier: verifier,
      idTokenExpected: true,
    });
    const claims = tokens.claims();
    if (!claims) throw new Error('the provider has sent no ID token');
    // Providers may leave it to this what the scopes ask for.
    const info =
      claims['email'] === undefined && configuration.serverMetadata().userinfo_endpoint !== undefined
        ? await fetchUserInfo(configuration, tokens.access_token, claims.sub)
        : claims;
    const { email, email_verified: isVerified, name } = info;
    return {
      verifiedEmail: typeof email === 'string' && isVerified === true ? email : undefined,
      name: typeof name === 'string' ? name : undefined,
    };
  }

  /** One that could not be had is asked for again by whoever comes next. */
  async #configuration(): Promise<Configuration> {
    this.#found ??= this.#discover();
    try {
      return await this.#found;
    } catch (error) {
      this.#found = undefined;
      throw error;
    }
  }

  #discover(): Promise<Configuration> {
    const { issuer, clientId, clientSecret } = this.#settings;
    const server = new URL(issuer);
    // The configuration lets this machine's own alone be without TLS.
    // eslint-disable-next-line @typescript-eslint/no-deprecated -- marked so that it stands out
    const inTheClear = server.protocol === 'http:' ? [allowInsecureRequests] : [];
    return discovery(
      server,
      clientId,
      { client_secret: clientSecret, [clockTolerance]: CLOCK_SKEW_SECONDS },
      clientSecret === undefined ? None() : undefined,
      { execute: [...inTheClear, enableNonRepudiationChecks], timeout: TIMEOUT_SECONDS },
    );
  }
}
