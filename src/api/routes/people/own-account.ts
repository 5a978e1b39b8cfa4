import type { FastifyRequest } from 'fastify';
import type { Credentials } from '../../../identity/people/people.ts';
import type { PeopleDesk } from '../../../identity/people/people-desk.ts';
import { removeSecondFactor } from '../../../identity/people/second-factor.ts';
import { listSessions } from '../../../identity/people/sessions.ts';
import type { Api, ApiDependencies } from '../../dependencies.ts';
import { problemAnswers, READS_BODY } from '../../description/documentation.ts';
import { ProblemError } from '../../problems/problem.ts';
import { ref } from '../../schemas/common.ts';
import {
  CodeProof,
  EnrolmentSchema,
  PasswordChange,
  PasswordProof,
  RecoveryCodesSchema,
  SessionListSchema,
} from '../../schemas/people.ts';
import { sessionView } from '../../views/people.ts';
import { faultOf, personEvent, recordPerson, refuseWaiting, visitorOf } from './record.ts';
import { sessionOf } from './session.ts';

/** What a person does to their own account. A session that was left open is not enough: the password is asked for. */
export function ownAccountRoutes(api: Api, { pool, identity }: ApiDependencies, desk: PeopleDesk): void {
  /** @throws ProblemError when it is not the password, or may not be tried now */
  const confirmed = async (request: FastifyRequest, password: string): Promise<Credentials> => {
    const { personId } = sessionOf(request);
    const answer = await desk.signIn.confirm(personId, password, visitorOf(request));
    if (answer.kind === 'wait') refuseWaiting(answer.retryAfterSeconds);
    if (answer.kind === 'right') return answer.credentials;
    recordPerson(identity, 'session.refused', request, undefined);
    throw new ProblemError('session.wrong_password', 'The password is not right.');
  };
  const remainingSessions = async (request: FastifyRequest) => {
    const session = sessionOf(request);
    const sessions = await listSessions(pool, session.personId);
    return { data: sessions.map((each) => sessionView(each, session)) };
  };

  api.post(
    '/v1/session/password',
    {
      schema: {
        operationId: 'changePassword',
        tags: ['identity'],
        summary: 'Change your password',
        description: 'Every other session of yours is over then.',
        body: PasswordChange,
        response: {
          200: { description: 'The sessions that are left: this one', ...ref(SessionListSchema) },
          ...problemAnswers(...READS_BODY, 'session.not_found', 'session.wrong_password', 'service.outcome_unknown'),
        },
      },
    },
    async (request) => {
      const { current_password: current, new_password: wanted } = request.body;
      const person = await confirmed(request, current);
      const fault = await desk.passwords.change(person, wanted, sessionOf(request).id);
      if (fault !== undefined) throw faultOf('new_password', fault);
      identity.changed();
      recordPerson(identity, 'person.password_changed', request, person.name);
      return remainingSessions(request);
    },
  );

  api.post(
    '/v1/session/second-factor',
    {
      schema: {
        operationId: 'enrolSecondFactor',
        tags: ['identity'],
        summary: 'Begin with a second factor',
        description: 'Gives the secret for an app (TOTP). It counts once a code of it is confirmed.',
        body: PasswordProof,
        response: {
          200: { description: 'What the app is to be told', ...ref(EnrolmentSchema) },
          ...problemAnswers(...READS_BODY, 'session.not_found', 'session.wrong_password'),
        },
      },
    },
    async (request, reply) => {
      const person = await confirmed(request, request.body.password);
      reply.header('Cache-Control', 'no-store');
      return desk.secondFactor.enrol(person.id, person.email);
    },
  );

  api.post(
    '/v1/session/second-factor/confirm',
    {
      schema: {
        operationId: 'confirmSecondFactor',
        tags: ['identity'],
        summary: 'Have the second factor count from now on',
        description: 'Answers with recovery codes, once. Those from before are not good any more.',
        body: CodeProof,
        response: {
          200: { description: 'The recovery codes', ...ref(RecoveryCodesSchema) },
          ...problemAnswers(
            ...READS_BODY,
            'session.not_found',
            'session.wrong_code',
            'service.secret_unreadable',
            'service.outcome_unknown',
          ),
        },
      },
    },
    async (request, reply) => {
      const { personId } = sessionOf(request);
      refuseWaiting(await desk.throttle.ofAddress(request.ip));
      const codes = await desk.secondFactor.confirm(personId, request.body.code);
      if (!codes) throw new ProblemError('session.wrong_code', 'The code is not the one that the app shows now.');
      recordPerson(identity, 'person.second_factor_added', request, undefined);
      reply.header('Cache-Control', 'no-store');
      return { recovery_codes: [...codes] };
    },
  );

  api.post(
    '/v1/session/second-factor/remove',
    {
      schema: {
        operationId: 'removeSecondFactor',
        tags: ['identity'],
        summary: 'Do without a second factor',
        body: PasswordProof,
        response: {
          200: { description: 'Your sessions', ...ref(SessionListSchema) },
          ...problemAnswers(...READS_BODY, 'session.not_found', 'session.wrong_password'),
        },
      },
    },
    async (request) => {
      const person = await confirmed(request, request.body.password);
      await identity.securityLog.change(pool, (client, record) => {
        record(personEvent('person.second_factor_removed', request, person.name));
        return removeSecondFactor(client, person.id);
      });
      return remainingSessions(request);
    },
  );
}
