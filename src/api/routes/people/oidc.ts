import { Type } from 'typebox';
import { admitProvided } from '../../../identity/oidc/admit.ts';
import { KEPT_SECONDS, openSignIn, sealSignIn } from '../../../identity/oidc/kept-sign-in.ts';
import type { OidcProvider } from '../../../identity/oidc/provider.ts';
import { SpentStates } from '../../../identity/oidc/spent-states.ts';
import type { PeopleDesk } from '../../../identity/people/people-desk.ts';
import { OIDC_CALLBACK_PATH, type OidcSettings } from '../../../platform/settings/oidc.ts';
import { tooMany } from '../../access/rate-limit.ts';
import { endedKeptCookie, keptCookie, keptSignInOf, sessionCookie } from '../../access/session-cookie.ts';
import type { Api, ApiDependencies } from '../../dependencies.ts';
import { problemAnswers } from '../../description/documentation.ts';
import { ProblemError } from '../../problems/problem.ts';
import { recordPerson, refuseWaiting, visitorOf } from './record.ts';

const SEE_OTHER = 303;
const CONSOLE = '/console';
/** The console says what these mean. */
const REFUSED = `${CONSOLE}/login#sign-in-refused`;
const UNAVAILABLE = `${CONSOLE}/login#sign-in-unavailable`;

const Redirect = {
  description: 'Where the browser goes on',
  headers: { location: { type: 'string' } },
  type: 'null',
};

interface Desk {
  readonly settings: OidcSettings;
  /** Loaded where there is one, as few have. */
  readonly provider: Promise<OidcProvider>;
}

async function loadProvider(settings: OidcSettings): Promise<OidcProvider> {
  const { OidcProvider } = await import('../../../identity/oidc/provider.ts');
  return new OidcProvider(settings);
}

/** Signing in by an OpenID provider: what is answered is for a browser, which is sent on. */
export function oidcRoutes(
  api: Api,
  { pool, identity, logger, oidc }: ApiDependencies,
  { throttle }: PeopleDesk,
): void {
  const spentStates = new SpentStates(pool);
  const desk: Desk | undefined = oidc && { settings: oidc, provider: loadProvider(oidc) };
  const configured = (): Desk => {
    if (desk) return desk;
    throw new ProblemError('sign_in_provider.not_configured', 'Nobody signs in by a provider here.');
  };

  api.get(
    '/v1/session/ways',
    {
      schema: {
        operationId: 'getSignInWays',
        tags: ['identity'],
        summary: 'How people may sign in',
        response: {
          200: {
            description: 'The ways',
            ...Type.Object({
              provider: Type.Union([Type.String(), Type.Null()], {
                description: 'What the OpenID provider is called; null: there is none',
              }),
            }),
          },
          ...problemAnswers(),
        },
      },
    },
    () => ({ provider: desk?.settings.name ?? null }),
  );

  api.get(
    '/v1/session/oidc/start',
    {
      schema: {
        operationId: 'startProviderSignIn',
        tags: ['identity'],
        summary: 'Go to the OpenID provider, to sign in there',
        description:
          'For a browser. What must be there when it comes back, it keeps in a sealed cookie for ten minutes.',
        response: { [SEE_OTHER]: Redirect, ...problemAnswers('sign_in_provider.not_configured') },
      },
    },
    async (request, reply) => {
      const provider = await configured().provider;
      try {
        const { url, kept } = await provider.begin();
        const sealed = await sealSignIn(identity.tokenKeys, kept);
        return await reply
          .code(SEE_OTHER)
          .header('Set-Cookie', keptCookie(sealed, KEPT_SECONDS, identity.isTls))
          .header('Cache-Control', 'no-store')
          .header('Location', url.href)
          .send();
      } catch (error) {
        logger.warn({ request_id: request.id, error: String(error) }, 'the sign-in provider does not say how it works');
        return reply.code(SEE_OTHER).header('Location', UNAVAILABLE).send();
      }
    },
  );

  api.get(
    OIDC_CALLBACK_PATH,
    {
      schema: {
        operationId: 'finishProviderSignIn',
        tags: ['identity'],
        summary: 'Come back from the OpenID provider',
        description:
          'Sets the cookie of a session for whom the provider names by an e-mail address that it has verified: somebody ' +
          'who is here and not disabled, or a newcomer of a domain that is taken in. Anybody else is sent on without.',
        // Providers send parameters of their own along.
        querystring: Type.Object({
          code: Type.Optional(Type.String()),
          state: Type.Optional(Type.String()),
          error: Type.Optional(Type.String()),
        }),
        response: { [SEE_OTHER]: Redirect, ...problemAnswers('sign_in_provider.not_configured') },
      },
    },
    async (request, reply) => {
      const { settings, provider: loading } = configured();
      // Before the provider is asked anything: what it costs, and holds against us, is no stranger's to spend.
      refuseWaiting(await throttle.ofAddress(request.ip));
      const provider = await loading;
      const sealed = keptSignInOf(request.headers.cookie, identity.isTls);
      const kept = sealed === undefined ? undefined : await openSignIn(identity.tokenKeys, sealed);
      const search = request.url.slice(OIDC_CALLBACK_PATH.length);
      reply.code(SEE_OTHER).header('Cache-Control', 'no-store');
      const mayAsk = kept?.state === request.query.state && kept && (await spentStates.spend(kept.state));
      const provided = mayAsk
        ? await provider.finish(search, kept).catch((error: unknown) => {
            // By its name alone: what the provider says may hold what it was sent.
            const reason = error instanceof Error ? error.name : 'unknown';
            request.log.warn({ reason }, 'a sign-in by the provider did not hold');
            return undefined;
          })
        : undefined;
      const admitted = provided && (await admitProvided(pool, settings, provided, visitorOf(request)));
      if (!admitted) {
        const grant = await identity.limits.ofFailure(request.ip);
        recordPerson(identity, 'session.refused', request, undefined);
        if (grant?.allowed === false) throw tooMany(grant.retryAfterSeconds);
        return reply.header('Set-Cookie', endedKeptCookie(identity.isTls)).header('Location', REFUSED).send();
      }
      const { session, name, isNew } = admitted;
      if (isNew) {
        identity.changed();
        recordPerson(identity, 'person.taken_in', request, name);
      }
      recordPerson(identity, 'session.begun', request, name);
      return reply
        .header('Set-Cookie', [endedKeptCookie(identity.isTls), sessionCookie(session, identity.isTls)])
        .header('Location', CONSOLE)
        .send();
    },
  );
}
