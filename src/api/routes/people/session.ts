import { readPerson, type Person } from '../../../identity/people/people.ts';
import type { PeopleDesk } from '../../../identity/people/people-desk.ts';
import { endSession, listSessions } from '../../../identity/people/sessions.ts';
import type { SessionReference } from '../../../identity/principal.ts';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { refuseCrossSite } from '../../access/cross-site.ts';
import { endedSessionCookie, sessionCookie } from '../../access/session-cookie.ts';
import type { Api, ApiDependencies } from '../../dependencies.ts';
import { problemAnswers, READS_BODY } from '../../description/documentation.ts';
import { ProblemError } from '../../problems/problem.ts';
import { IdParameters, ref } from '../../schemas/common.ts';
import { OwnSessionSchema, SessionListSchema, SessionSchema, SignInBody } from '../../schemas/people.ts';
import { ownSessionView, sessionView } from '../../views/people.ts';
import { recordPerson, refuseWaiting, visitorOf } from './record.ts';

/**
 * The session by which a person asks.
 *
 * @throws ProblemError when they are no person, or come by a key
 */
export function sessionOf({ principal }: FastifyRequest): SessionReference {
  if (principal.session) return principal.session;
  throw new ProblemError('session.not_found', 'The request comes by no session: sign in with e-mail and password.');
}

export function sessionRoutes(api: Api, { pool, identity }: ApiDependencies, { signIn }: PeopleDesk): void {
  const personOf = async ({ personId }: SessionReference): Promise<Person> => {
    const person = await readPerson(pool, personId);
    if (!person) throw new ProblemError('session.not_found', 'The person of the session is not there any more.');
    return person;
  };
  const endCookie = (reply: FastifyReply) => reply.header('Set-Cookie', endedSessionCookie(identity.isTls));

  api.post(
    '/v1/session',
    {
      schema: {
        operationId: 'signIn',
        tags: ['identity'],
        summary: 'Sign in, as a person',
        description:
          'Sets the cookie of a session, for twelve hours, or an hour without a request. Whoever has a second factor ' +
          'and sends no code hears `session.code_required`, and sends all three. Attempts that fail are slowed down, ' +
          'by person and by address: 429 says for how long.',
        body: SignInBody,
        response: {
          201: { description: 'The session', ...ref(OwnSessionSchema) },
          ...problemAnswers(
            ...READS_BODY,
            'session.refused',
            'session.code_required',
            'service.secret_unreadable',
            'service.outcome_unknown',
          ),
        },
      },
    },
    async (request, reply) => {
      refuseCrossSite(request);
      const { email, password, code } = request.body;
      const outcome = await signIn.signIn({ email, password, code }, visitorOf(request));
      switch (outcome.kind) {
        case 'wait':
          refuseWaiting(outcome.retryAfterSeconds);
          break;
        case 'code_required':
          throw new ProblemError('session.code_required', 'Send the code of your app, or a recovery code, as well.');
        case 'refused':
          recordPerson(identity, 'session.refused', request, outcome.name);
          throw new ProblemError('session.refused', 'E-mail address, password or code is not right.');
        case 'signed_in': {
          const { session, credentials } = outcome;
          recordPerson(identity, 'session.begun', request, credentials.name);
          const person = await personOf({ id: session.id, personId: credentials.id });
          return reply
            .code(201)
            .header('Set-Cookie', sessionCookie(session, identity.isTls))
            .header('Cache-Control', 'no-store')
            .send(ownSessionView(session, person));
        }
      }
    },
  );

  api.get(
    '/v1/session',
    {
      schema: {
        operationId: 'getSession',
        tags: ['identity'],
        summary: 'The session that the request comes by',
        response: {
          200: { description: 'The session, and whose it is', ...ref(OwnSessionSchema) },
          ...problemAnswers('session.not_found'),
        },
      },
    },
    async (request) => {
      const session = sessionOf(request);
      return ownSessionView(await ownOf(session), await personOf(session));
    },
  );

  api.delete(
    '/v1/session',
    {
      schema: {
        operationId: 'signOut',
        tags: ['identity'],
        summary: 'Sign out',
        description: 'The session is over at once, and within a second for every other process.',
        response: {
          200: { description: 'The session that is over', ...ref(SessionSchema) },
          ...problemAnswers('session.not_found'),
        },
      },
    },
    async (request, reply) => {
      const session = sessionOf(request);
      const ended = await end(request, session, session.id);
      endCookie(reply);
      return ended;
    },
  );

  api.get(
    '/v1/sessions',
    {
      schema: {
        operationId: 'listOwnSessions',
        tags: ['identity'],
        summary: 'Your sessions, newest first',
        response: {
          200: { description: 'Those that are not over', ...ref(SessionListSchema) },
          ...problemAnswers('session.not_found'),
        },
      },
    },
    async (request) => {
      const session = sessionOf(request);
      const sessions = await listSessions(pool, session.personId);
      return { data: sessions.map((each) => sessionView(each, session)) };
    },
  );

  api.delete(
    '/v1/sessions/:id',
    {
      schema: {
        operationId: 'endOwnSession',
        tags: ['identity'],
        summary: 'End one of your sessions',
        params: IdParameters,
        response: {
          200: { description: 'The session that is over', ...ref(SessionSchema) },
          ...problemAnswers('session.not_found'),
        },
      },
    },
    (request) => end(request, sessionOf(request), request.params.id),
  );

  async function ownOf({ id, personId }: SessionReference) {
    const own = (await listSessions(pool, personId)).find((each) => each.id === id);
    if (own) return own;
    throw new ProblemError('session.not_found', 'The session is over.');
  }

  async function end(request: FastifyRequest, own: SessionReference, id: number) {
    const ended = await endSession(pool, own.personId, id);
    if (!ended) throw new ProblemError('session.not_found', `You have no session with the id ${id}.`);
    identity.changed();
    recordPerson(identity, 'session.ended', request, undefined);
    return sessionView(ended, own);
  }
}
