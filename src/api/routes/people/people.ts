import type { FastifyReply, FastifyRequest } from 'fastify';
import { makeLink, pathOfLink, type MadeLink } from '../../../identity/people/one-time-links.ts';
import {
  changePerson,
  createPerson,
  listPeople,
  readPerson,
  type Database,
  type Person,
} from '../../../identity/people/people.ts';
import { endSessions, listSessions } from '../../../identity/people/sessions.ts';
import type { SecurityEventName } from '../../../identity/security-log.ts';
import { refuseWiderPerson } from '../../access/widening.ts';
import type { Api, ApiDependencies } from '../../dependencies.ts';
import { problemAnswers, READS_BODY } from '../../description/documentation.ts';
import { pageRequestOf, pageView } from '../../lists/list-query.ts';
import { ProblemError } from '../../problems/problem.ts';
import { refuseIdempotencyKey } from '../../http/secret-answer.ts';
import { IdParameters, PageListQuery, ref } from '../../schemas/common.ts';
import {
  EndedSessionsSchema,
  NewPersonBody,
  PersonChangeBody,
  PersonPage,
  PersonReset,
  PersonSchema,
  PersonWithLinkSchema,
  SessionListSchema,
} from '../../schemas/people.ts';
import { personView, sessionView } from '../../views/people.ts';
import { taken } from './one-time-links.ts';
import { personEvent } from './record.ts';

/** A person, with the link that was made for them. */
interface LinkOf extends MadeLink {
  readonly person: Person;
  readonly purpose: 'invite' | 'reset';
}

export function peopleRoutes(api: Api, { pool, identity, settings }: ApiDependencies): void {
  const found = async (id: number, database: Database = pool): Promise<Person> => {
    const person = await readPerson(database, id);
    if (person) return person;
    throw new ProblemError('person.not_found', `No person has the id ${id}.`);
  };
  const withLink = ({ person, purpose, token, expiresAt }: LinkOf, request: FastifyRequest, reply: FastifyReply) => {
    const address = settings.publicUrl ?? `${request.protocol}://${request.host}`;
    reply.header('Cache-Control', 'no-store');
    return {
      ...personView(person),
      link: new URL(pathOfLink(purpose, token), address).href,
      link_expires_at: expiresAt,
    };
  };

  api.post(
    '/v1/people',
    {
      schema: {
        operationId: 'invitePerson',
        tags: ['identity'],
        summary: 'Invite a person',
        description:
          'The answer holds a link by which they choose their password: good once, for three days, and in no other ' +
          'answer. It is therefore never kept under an Idempotency-Key. A key that is narrowed to operations invites ' +
          'nobody.',
        body: NewPersonBody,
        response: {
          201: { description: 'The person, with the link', ...ref(PersonWithLinkSchema) },
          ...problemAnswers(...READS_BODY, 'person.name_taken', 'person.email_taken', 'service.outcome_unknown'),
        },
      },
    },
    async (request, reply) => {
      refuseIdempotencyKey(request);
      refuseWiderPerson(identity, request, 'invitePerson');
      const made = await identity.securityLog.change(pool, async (client, record) => {
        const person = await createPerson(client, { ...request.body, createdBy: request.principal.actor });
        if (typeof person === 'string') throw taken(person);
        record(personEvent('person.invited', request, person.name));
        const purpose = 'invite' as const;
        return { person, purpose, ...(await makeLink(client, { purpose, personId: person.id })) };
      });
      identity.changed();
      reply.code(201).header('Location', `/v1/people/${made.person.id}`);
      return withLink(made, request, reply);
    },
  );

  api.get(
    '/v1/people',
    {
      schema: {
        operationId: 'listPeople',
        tags: ['identity'],
        summary: 'List people, newest first',
        querystring: PageListQuery,
        response: { 200: { description: 'A page of people', ...ref(PersonPage) }, ...problemAnswers() },
      },
    },
    async ({ query }) => pageView(await listPeople(pool, pageRequestOf(query, 'people')), personView, 'people'),
  );

  api.get(
    '/v1/people/:id',
    {
      schema: {
        operationId: 'getPerson',
        tags: ['identity'],
        summary: 'Read one person',
        params: IdParameters,
        response: { 200: { description: 'The person', ...ref(PersonSchema) }, ...problemAnswers('person.not_found') },
      },
    },
    async ({ params }) => personView(await found(params.id)),
  );

  api.patch(
    '/v1/people/:id',
    {
      schema: {
        operationId: 'updatePerson',
        tags: ['identity'],
        summary: "Change a person's role, or disable or enable them",
        description:
          'Holds from their next request on, and within a second for every other process. One who is disabled has no ' +
          'session and no link any more. A key that is narrowed to operations may disable, and nothing else.',
        params: IdParameters,
        body: PersonChangeBody,
        response: {
          200: { description: 'The person', ...ref(PersonSchema) },
          ...problemAnswers(...READS_BODY, 'person.not_found', 'person.own_account', 'service.outcome_unknown'),
        },
      },
    },
    async (request) => {
      const before = await found(request.params.id);
      const { role, disabled } = request.body;
      // To keep somebody out is the one change that lets nobody do more.
      if (role !== undefined || disabled === false) refuseWiderPerson(identity, request, 'updatePerson');
      if (request.principal.session?.personId === before.id) {
        throw new ProblemError('person.own_account', 'Another administrator has to do this to your account.');
      }
      const change = { role, isDisabled: disabled };
      const person = await identity.securityLog.change(pool, async (client, record) => {
        const after = await changePerson(client, before.id, change, request.principal.actor);
        if (!after) throw new ProblemError('person.not_found', `No person has the id ${before.id}.`);
        for (const event of eventsOfChange(before, after)) record(personEvent(event, request, after.name));
        return after;
      });
      identity.changed();
      return personView(person);
    },
  );

  api.post(
    '/v1/people/:id/reset',
    {
      schema: {
        operationId: 'resetPerson',
        tags: ['identity'],
        summary: 'Make a link by which a person chooses another password',
        description:
          'Good once, for a day, in the place of any link from before. Password and sessions stay until it is used. A ' +
          'key that is narrowed to operations makes none.',
        params: IdParameters,
        body: PersonReset,
        response: {
          200: { description: 'The person, with the link', ...ref(PersonWithLinkSchema) },
          ...problemAnswers(...READS_BODY, 'person.not_found', 'person.disabled', 'service.outcome_unknown'),
        },
      },
    },
    async (request, reply) => {
      refuseIdempotencyKey(request);
      refuseWiderPerson(identity, request, 'resetPerson');
      const { remove_second_factor: removesSecondFactor = false } = request.body;
      const made = await identity.securityLog.change(pool, async (client, record) => {
        const person = await found(request.params.id, client);
        if (person.disabledAt) throw new ProblemError('person.disabled', `${person.name} is disabled.`);
        record(personEvent('person.reset', request, person.name));
        const purpose = 'reset' as const;
        return { person, purpose, ...(await makeLink(client, { purpose, personId: person.id, removesSecondFactor })) };
      });
      return withLink(made, request, reply);
    },
  );

  api.get(
    '/v1/people/:id/sessions',
    {
      schema: {
        operationId: 'listPersonSessions',
        tags: ['identity'],
        summary: "A person's sessions, newest first",
        params: IdParameters,
        response: {
          200: { description: 'Those that are not over', ...ref(SessionListSchema) },
          ...problemAnswers('person.not_found'),
        },
      },
    },
    async ({ params, principal }) => {
      const { id } = await found(params.id);
      return { data: (await listSessions(pool, id)).map((each) => sessionView(each, principal.session)) };
    },
  );

  api.delete(
    '/v1/people/:id/sessions',
    {
      schema: {
        operationId: 'endPersonSessions',
        tags: ['identity'],
        summary: "End all of a person's sessions",
        params: IdParameters,
        response: {
          200: { description: 'How many they were', ...ref(EndedSessionsSchema) },
          ...problemAnswers('person.not_found', 'service.outcome_unknown'),
        },
      },
    },
    async (request) => {
      const person = await found(request.params.id);
      const ended = await identity.securityLog.change(pool, (client, record) => {
        record(personEvent('person.sessions_ended', request, person.name));
        return endSessions(client, person.id);
      });
      identity.changed();
      return { ended };
    },
  );
}

function eventsOfChange(before: Person, after: Person): SecurityEventName[] {
  const events: SecurityEventName[] = [];
  if (after.role !== before.role) events.push('person.changed');
  if (after.disabledAt && !before.disabledAt) events.push('person.disabled');
  if (!after.disabledAt && before.disabledAt) events.push('person.enabled');
  return events;
}
