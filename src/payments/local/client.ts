import { Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { exchange, type Answer } from '../bounded-exchange.ts';
import type { GatewayOutcome, Settled } from '../payment-gateway.ts';

export interface HttpGatewayOptions {
  /** With or without a path; a user name and password in it are sent as Basic authorization. */
  readonly baseUrl: string;
  /** For a whole exchange, the answer's last byte included. */
  readonly timeoutMs?: number;
  readonly maxAnswerBytes?: number;
}

export type Answered = Extract<Answer, { kind: 'answered' }>;
export type Unknown = Extract<GatewayOutcome, { kind: 'unknown' }>;

const DEFAULT_TIMEOUT_MS = 10_000;
const DEFAULT_MAX_ANSWER_BYTES = 64 * 1024;
/** A page may be so many times the size of one entry. */
const PAGE_SIZE_FACTOR = 16;
const MOST_RETRY_AFTER_SECONDS = 3_600;
const PAGE_ROWS = 100;

/** Texts that are kept or told to people: short and printable, whatever the gateway sends. */
export const Code = Type.String({ pattern: '^[\\x21-\\x7e]{1,100}$' });
export const Id = Type.String({ pattern: '^[\\x21-\\x7e]{1,200}$' });

const problemSchema = Compile(Type.Object({ code: Code, decline_code: Type.Optional(Code) }));

export interface PageFilter {
  readonly reference?: string;
  readonly since?: Date | null;
  readonly after: string | null;
}

export interface Checker<Value> {
  Check(value: unknown): value is Value;
}

interface BookedList<Entry> {
  readonly data: readonly Entry[];
  readonly next: number | null;
}

/** Speaks HTTP with the local gateway, within its limits. */
export class LocalGatewayClient {
  readonly #limits: { readonly timeoutMs: number; readonly maxAnswerBytes: number };
  readonly #baseUrl: URL;
  readonly #authorization: Readonly<Record<string, string>>;

  constructor({
    baseUrl,
    timeoutMs = DEFAULT_TIMEOUT_MS,
    maxAnswerBytes = DEFAULT_MAX_ANSWER_BYTES,
  }: HttpGatewayOptions) {
    this.#limits = { timeoutMs, maxAnswerBytes };
    // fetch takes no user name and password in an address, and would tell them in its error.
    const url = new URL(baseUrl.endsWith('/') ? baseUrl : `${baseUrl}/`);
    const { username, password } = url;
    url.username = '';
    url.password = '';
    const credentials = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
    this.#baseUrl = url;
    this.#authorization = username ? { authorization: `Basic ${Buffer.from(credentials).toString('base64')}` } : {};
  }

  /** @param path below the base address, without a slash at its beginning */
  post(path: string, idempotencyKey: string, body: object): Promise<Answer> {
    return exchange(new URL(path, this.#baseUrl).href, this.#limits, {
      method: 'POST',
      headers: { ...this.#authorization, 'content-type': 'application/json', 'idempotency-key': idempotencyKey },
      body: JSON.stringify(body),
    });
  }

  /** A page of the books, newest first. */
  async page<Entry>(
    path: string,
    { reference, since, after }: PageFilter,
    schema: Checker<BookedList<Entry>>,
  ): Promise<{ kind: 'page'; entries: readonly Entry[]; next: string | null } | Unknown> {
    const url = new URL(path, this.#baseUrl);
    if (reference !== undefined) url.searchParams.set('reference', reference);
    if (since) url.searchParams.set('created_from', since.toISOString());
    url.searchParams.set('limit', String(PAGE_ROWS));
    if (after !== null) url.searchParams.set('after', after);
    const limits = { ...this.#limits, maxAnswerBytes: this.#limits.maxAnswerBytes * PAGE_SIZE_FACTOR };
    const answer = await exchange(url.href, limits, { method: 'GET', headers: this.#authorization });
    if (answer.kind !== 'answered') return { kind: 'unknown', reason: answer.reason };
    const list = answer.status === 200 ? read(schema, answer.body) : undefined;
    if (!list)
      return { kind: 'unknown', reason: `the gateway answered ${answer.status}, not a list of ${path.slice(3)}` };
    return { kind: 'page', entries: list.data, next: list.next === null ? null : String(list.next) };
  }
}

/** What an answer that is no entry of the books means, whatever was asked for. */
export function outcomeOfRefusal(answer: Answered, declineOf: 'refund' | 'payment'): GatewayOutcome {
  const { status } = answer;
  if (status === 402) {
    const problem = read(problemSchema, answer.body);
    if (problem?.code !== `${declineOf}.declined`) return { kind: 'unknown', reason: 'a 402 that is not a decline' };
    return decline(declineOf, problem.decline_code ?? problem.code);
  }
  if (status === 409) {
    const reason = 'the gateway is at a request with this key';
    return { kind: 'in_flight', reason, retryAfterMs: retryAfterMs(answer.retryAfter) };
  }
  if (status === 429) {
    const reason = 'the gateway has too much to do';
    return { kind: 'not_done', reason, retryAfterMs: retryAfterMs(answer.retryAfter) };
  }
  // 422: our own key was used for something else, which must be looked into. Redirects are not followed, and a 5xx may
  // have come after the work.
  const code = read(problemSchema, answer.body)?.code ?? '';
  return { kind: 'unknown', reason: `the gateway answered ${status} ${code}`.trim() };
}

export function decline(what: 'refund' | 'payment', code: string): Extract<Settled, { kind: 'declined' }> {
  return { kind: 'declined', code, message: `The gateway declined the ${what}: ${code}.` };
}

export function read<Value>(schema: Checker<Value>, body: string): Value | undefined {
  try {
    const value: unknown = JSON.parse(body);
    return schema.Check(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** In milliseconds, when the header is a number of seconds; bounded, whatever the gateway says. */
export function retryAfterMs(header: string | null): number | undefined {
  if (header === null || !/^\d{1,9}$/.test(header)) return undefined;
  return Math.min(Number(header), MOST_RETRY_AFTER_SECONDS) * 1_000;
}
