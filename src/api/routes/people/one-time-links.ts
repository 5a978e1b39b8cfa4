import type { Chosen } from '../../../identity/people/passwords.ts';
import type { Person } from '../../../identity/people/people.ts';
import type { PeopleDesk } from '../../../identity/people/people-desk.ts';
import type { FastifyRequest } from 'fastify';
import { refuseCrossSite } from '../../access/cross-site.ts';
import type { Api, ApiDependencies } from '../../dependencies.ts';
import { problemAnswers, READS_BODY } from '../../description/documentation.ts';
import { ProblemError } from '../../problems/problem.ts';
import { ref } from '../../schemas/common.ts';
import { LinkBody, LinkHolderSchema, PasswordChoice, PersonSchema, SetUpBody } from '../../schemas/people.ts';
import { linkHolderView, personView } from '../../views/people.ts';
import { faultOf, recordPerson, refuseWaiting } from './record.ts';

/** What somebody does who has a link that is good once: they are nobody yet, and are known by it. */
export function oneTimeLinkRoutes(api: Api, { identity }: ApiDependencies, { passwords, throttle }: PeopleDesk): void {
  const admit = async (request: FastifyRequest): Promise<void> => {
    refuseCrossSite(request);
    refuseWaiting(await throttle.ofAddress(request.ip));
  };

  api.post(
    '/v1/one-time-link',
    {
      schema: {
        operationId: 'readOneTimeLink',
        tags: ['identity'],
        summary: 'Whose a one-time link is',
        description: 'Does not use it up.',
        body: LinkBody,
        response: {
          200: { description: 'What it is for, and whom', ...ref(LinkHolderSchema) },
          ...problemAnswers(...READS_BODY, 'link.not_found'),
        },
      },
    },
    async (request) => {
      await admit(request);
      const holder = await passwords.holderOf(request.body.token);
      if (!holder) throw noLink();
      return linkHolderView(holder);
    },
  );

  api.post(
    '/v1/one-time-link/setup',
    {
      schema: {
        operationId: 'setUp',
        tags: ['identity'],
        summary: 'Make the first person, an administrator',
        description: 'By the link that was printed at the first start, while there is neither a person nor a key.',
        body: SetUpBody,
        response: {
          201: { description: 'The person, who can sign in now', ...ref(PersonSchema) },
          ...problemAnswers(
            ...READS_BODY,
            'link.not_found',
            'person.name_taken',
            'person.email_taken',
            'service.outcome_unknown',
          ),
        },
      },
    },
    async (request, reply) => {
      await admit(request);
      const person = chosenOf(await passwords.setUp(request.body));
      identity.changed();
      recordPerson(identity, 'person.set_up', request, person.name);
      return reply.code(201).send(personView(person));
    },
  );

  api.post(
    '/v1/one-time-link/password',
    {
      schema: {
        operationId: 'choosePassword',
        tags: ['identity'],
        summary: 'Choose a password, by the link of an invitation or a reset',
        description: 'Uses the link up. Whatever sessions the person has are over.',
        body: PasswordChoice,
        response: {
          200: { description: 'The person, who can sign in now', ...ref(PersonSchema) },
          ...problemAnswers(...READS_BODY, 'link.not_found', 'service.outcome_unknown'),
        },
      },
    },
    async (request) => {
      await admit(request);
      const { token, password } = request.body;
      const person = chosenOf(await passwords.chooseByLink(token, password));
      identity.changed();
      recordPerson(identity, 'person.password_chosen', request, person.name);
      return personView(person);
    },
  );
}

function noLink(): ProblemError {
  return new ProblemError('link.not_found', 'The link was used, or has expired. Ask for another.');
}

/** @throws ProblemError unless a password was chosen */
function chosenOf(chosen: Chosen): Person {
  switch (chosen.kind) {
    case 'chosen':
      return chosen.person;
    case 'no_link':
      throw noLink();
    case 'taken':
      throw taken(chosen.what);
    case 'bad_password':
      throw faultOf('password', chosen.fault);
  }
}

export function taken(what: 'name' | 'email'): ProblemError {
  return what === 'name'
    ? new ProblemError('person.name_taken', 'Another person has, or had, this name.')
    : new ProblemError('person.email_taken', 'Another person has this e-mail address.');
}
