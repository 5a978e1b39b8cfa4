import createClient from 'openapi-fetch';
import type { paths } from './openapi.ts';
import { fetchSignedIn } from './session.ts';
import { ApiProblem, noAnswer, problemOf } from './problem.ts';

/** As long as the server lets a statement take: what has not come by then is an error, if it comes. */
const ANSWER_TIMEOUT_MS = 15_000;

/**
 * Fetch, as whoever has signed in, for an answer that comes whole; a stream takes as long as it likes.
 *
 * @throws DOMException TimeoutError when it has not come, with its body, in 15 seconds
 */
export function fetchAnswer(request: Request): Promise<Response> {
  const signal = AbortSignal.any([request.signal, AbortSignal.timeout(ANSWER_TIMEOUT_MS)]);
  return fetchSignedIn(new Request(request, { signal }));
}

/** The API as docs/openapi.json describes it; its types are generated from there. */
export const api = createClient<paths>({ baseUrl: window.location.origin, fetch: fetchAnswer });

interface Answer<Data> {
  readonly data?: Data;
  readonly error?: unknown;
  readonly response: Response;
}

/**
 * The body of a good answer.
 *
 * @throws ApiProblem for any other, and when there is none
 */
export async function answerOf<Data>(call: Promise<Answer<Data>>): Promise<Data> {
  let answer: Answer<Data>;
  try {
    answer = await call;
  } catch (error) {
    if (error instanceof ApiProblem || (error instanceof DOMException && error.name === 'AbortError')) throw error;
    throw noAnswer();
  }
  if (answer.data === undefined) throw problemOf(answer.error, answer.response);
  return answer.data;
}

/** One for each thing that a person wants done once: sent again with it, a request has one effect. */
export function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return `console-${[...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')}`;
}

/** If-Match for the version that a person is looking at. */
export function etagOf({ version }: { readonly version: number }): string {
  return `"${version}"`;
}
