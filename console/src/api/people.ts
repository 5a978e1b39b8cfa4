import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { answerOf, api } from './client.ts';
import type { components, paths } from './openapi.ts';
import { ApiProblem } from './problem.ts';
import { pages } from './queries.ts';
import { session } from './session.ts';

export type Person = components['schemas']['Person'];
export type PersonRole = Person['role'];
export type PersonSession = components['schemas']['Session'];
type BodyOf<Path extends keyof paths> = paths[Path] extends {
  post: { requestBody: { content: { 'application/json': infer Body } } };
}
  ? Body
  : never;

export const PERSON_ROLES = [
  'admin',
  'support',
  'warehouse',
  'finance',
  'read_only',
] as const satisfies readonly PersonRole[];

const PAGE_ROWS = 100;

export const peopleQuery = infiniteQueryOptions({
  queryKey: ['people'],
  queryFn: ({ pageParam, signal }) =>
    answerOf(api.GET('/v1/people', { params: { query: { after: pageParam, limit: PAGE_ROWS } }, signal })),
  ...pages,
});

export const ownSessionQuery = queryOptions({
  queryKey: ['session'],
  queryFn: ({ signal }) => answerOf(api.GET('/v1/session', { signal })),
});

export const ownSessionsQuery = queryOptions({
  queryKey: ['session', 'all'],
  queryFn: ({ signal }) => answerOf(api.GET('/v1/sessions', { signal })),
});

/** What the server said of one-time links is kept under this. */
export const LINK_KEY = 'link';
export const linkQuery = (token: string) =>
  queryOptions({
    queryKey: [LINK_KEY, token],
    queryFn: ({ signal }) => {
      if (token === '') throw new Error('The address is not whole: copy the link with all that is behind the #.');
      return answerOf(api.POST('/v1/one-time-link', { body: { token }, signal }));
    },
    staleTime: Infinity,
  });

/** The token of a one-time link: behind the #, which no browser sends anywhere. */
export function tokenInAddress(): string {
  return new URLSearchParams(window.location.hash.slice(1)).get('token') ?? '';
}

/** @throws ApiProblem, of the code session.code_required where only a second factor is missing */
export async function signInPerson(credentials: BodyOf<'/v1/session'>): Promise<void> {
  await answerOf(api.POST('/v1/session', { body: credentials }));
  session.begun();
}

export function needsCode(error: unknown): boolean {
  return error instanceof ApiProblem && error.code === 'session.code_required';
}

/** By which the server says that there is no such session: one that is over already is as good as ended. */
const IS_OVER: ReadonlySet<number> = new Set([401, 404]);

/** @throws ApiProblem when the session may still be good */
export async function signOutPerson(): Promise<void> {
  try {
    await answerOf(api.DELETE('/v1/session'));
  } catch (error) {
    if (!(error instanceof ApiProblem && IS_OVER.has(error.status))) throw error;
  }
}

export const setUp = (body: BodyOf<'/v1/one-time-link/setup'>) =>
  answerOf(api.POST('/v1/one-time-link/setup', { body }));
export const choosePassword = (body: BodyOf<'/v1/one-time-link/password'>) =>
  answerOf(api.POST('/v1/one-time-link/password', { body }));
export const changePassword = (body: BodyOf<'/v1/session/password'>) =>
  answerOf(api.POST('/v1/session/password', { body }));
export const enrolSecondFactor = (password: string) =>
  answerOf(api.POST('/v1/session/second-factor', { body: { password } }));
export const confirmSecondFactor = (code: string) =>
  answerOf(api.POST('/v1/session/second-factor/confirm', { body: { code } }));
export const removeSecondFactor = (password: string) =>
  answerOf(api.POST('/v1/session/second-factor/remove', { body: { password } }));
export const endOwnSession = (id: number) => answerOf(api.DELETE('/v1/sessions/{id}', { params: { path: { id } } }));

const of = (id: number) => ({ params: { path: { id } } });
export const invitePerson = (body: BodyOf<'/v1/people'>) => answerOf(api.POST('/v1/people', { body }));
export const updatePerson = (id: number, body: { readonly role?: PersonRole; readonly disabled?: boolean }) =>
  answerOf(api.PATCH('/v1/people/{id}', { ...of(id), body }));
export const resetPerson = (id: number, removesSecondFactor: boolean) =>
  answerOf(api.POST('/v1/people/{id}/reset', { ...of(id), body: { remove_second_factor: removesSecondFactor } }));
export const endSessionsOf = (id: number) => answerOf(api.DELETE('/v1/people/{id}/sessions', of(id)));
