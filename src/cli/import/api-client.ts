import { setTimeout as delay } from 'node:timers/promises';
import { ImportError, messageOf } from './import-error.ts';

export interface ApiRequest {
  readonly method: 'GET' | 'POST';
  /** Below the base address, with the query. */
  readonly path: string;
  /** Sent with every try, so that a POST whose answer was lost has one effect. */
  readonly idempotencyKey?: string;
  readonly body?: unknown;
  readonly signal: AbortSignal;
}

/** What the server said for good; busy, overloaded and unreachable are tried again and never seen here. */
export type ApiAnswer = ApiSuccess | ApiProblem;

export interface ApiSuccess {
  readonly ok: true;
  readonly body: unknown;
  /** The server gave the answer that it once gave to this key, which may be older than the present state. */
  readonly isReplayed: boolean;
}

/** RFC 9457. */
export interface ApiProblem {
  readonly ok: false;
  readonly status: number;
  readonly code: string;
  readonly detail: string;
}

export interface BackOff {
  readonly baseMs: number;
  readonly capMs: number;
}

type Try = { readonly answer: ApiAnswer } | Fault;

interface Fault {
  readonly fault: string;
  /** False: the connection was refused or lost, or took too long. */
  readonly isAnswered: boolean;
  readonly retryAfterMs: number;
}

const MAX_TRIES = 8;
const MAX_RETRY_AFTER_MS = 30_000;
const REQUEST_TIMEOUT_MS = 30_000;
const TRANSIENT_STATUSES = new Set([429, 502, 503, 504]);
/** Eight tries last from 8 to 16 seconds: a server that restarts is back by then. */
const DEFAULT_BACK_OFF: BackOff = { baseMs: 200, capMs: 5_000 };

/** Speaks to the public API as any client would. Connections are kept alive by fetch itself. */
export class ApiClient {
  readonly #baseUrl: string;
  readonly #backOff: BackOff;
  readonly #apiKey: string | undefined;

  /**
   * @param baseUrl without a slash at its end
   * @param apiKey undefined: the API is open to this machine, or refuses
   */
  constructor(baseUrl: string, backOff: BackOff = DEFAULT_BACK_OFF, apiKey?: string) {
    this.#baseUrl = baseUrl;
    this.#backOff = backOff;
    this.#apiKey = apiKey;
  }

  /**
   * Asks until the server answers for good.
   *
   * @throws ImportError when it does not within eight tries
   * @throws the signal's reason when that is aborted
   */
  async ask(request: ApiRequest): Promise<ApiAnswer> {
    let lastFault = '';
    for (let tries = 1; tries <= MAX_TRIES; tries += 1) {
      const result = await this.#try(request);
      if ('answer' in result) return result.answer;
      lastFault = result.fault;
      if (tries === MAX_TRIES) break;
      const waitMs = pauseMs(tries, result.retryAfterMs, this.#backOff, Math.random());
      await delay(waitMs, undefined, { signal: request.signal });
    }
    throw new ImportError(`${request.method} ${request.path} failed ${MAX_TRIES} times, the last with: ${lastFault}`);
  }

  /**
   * Finds out at once, and not after eight tries, that nobody listens at the address.
   *
   * @throws ImportError
   */
  async checkReachable(signal: AbortSignal): Promise<void> {
    const result = await this.#try({ method: 'GET', path: '/health', signal });
    if ('fault' in result && !result.isAnswered) {
      throw new ImportError(`no answer from ${this.#baseUrl} (${result.fault}); is Roundtrip started there?`);
    }
  }

  async #try({ method, path, idempotencyKey, body, signal }: ApiRequest): Promise<Try> {
    const headers: Record<string, string> = { accept: 'application/json' };
    if (this.#apiKey !== undefined) headers['authorization'] = `Bearer ${this.#apiKey}`;
    if (idempotencyKey !== undefined) headers['idempotency-key'] = idempotencyKey;
    if (body !== undefined) headers['content-type'] = 'application/json';
    signal.throwIfAborted();
    try {
      const response = await fetch(`${this.#baseUrl}${path}`, {
        method,
        headers,
        body: body === undefined ? null : JSON.stringify(body),
        redirect: 'manual',
        signal: AbortSignal.any([signal, AbortSignal.timeout(REQUEST_TIMEOUT_MS)]),
      });
      return readAnswer(response, await response.text());
    } catch (error) {
      signal.throwIfAborted();
      // A connection that was refused or lost says nothing of what became of the request; the key makes asking safe.
      return { fault: causeOf(error), isAnswered: false, retryAfterMs: 0 };
    }
  }
}

/**
 * How long to wait after the try number `tries` (from 1): doubling up to the cap, or as long as the server asked, within
 * reason. Half of it is chance (`random`, from 0 to 1), so that requests refused together do not come back together.
 */
export function pauseMs(tries: number, retryAfterMs: number, { baseMs, capMs }: BackOff, random: number): number {
  const ceilingMs = Math.min(capMs, baseMs * 2 ** (tries - 1));
  return Math.max((ceilingMs * (1 + random)) / 2, Math.min(retryAfterMs, MAX_RETRY_AFTER_MS));
}

function readAnswer(response: Response, text: string): Try {
  const body = parseJson(text);
  if (response.ok) {
    const isReplayed = response.headers.get('idempotency-replayed') === 'true';
    return { answer: { ok: true, body, isReplayed } };
  }
  const problem = problemOf(response.status, body);
  if (!TRANSIENT_STATUSES.has(response.status)) return { answer: problem };
  const retryAfterSeconds = Number(response.headers.get('retry-after') ?? 0);
  return {
    fault: describeProblem(problem),
    isAnswered: true,
    retryAfterMs: Number.isFinite(retryAfterSeconds) ? Math.max(0, retryAfterSeconds * 1_000) : 0,
  };
}

function problemOf(status: number, body: unknown): ApiProblem {
  const member = (name: string): string => {
    const value: unknown = typeof body === 'object' && body !== null ? Reflect.get(body, name) : undefined;
    return typeof value === 'string' ? value : '';
  };
  return { ok: false, status, code: member('code'), detail: member('detail') || member('title') };
}

/** The status, and the problem's code and detail where it has them. */
export function describeProblem({ status, code, detail }: ApiProblem): string {
  return [String(status), code, detail].filter((part) => part !== '').join(' ');
}

/** Undefined when the text is no JSON; whoever reads the body then names what is missing. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Fetch itself says only "fetch failed". */
function causeOf(error: unknown): string {
  if (!(error instanceof Error) || !(error.cause instanceof Error)) return messageOf(error);
  const { cause } = error;
  // A name with several addresses fails with one error for each and an empty message of its own.
  if (cause instanceof AggregateError) return cause.errors.map(messageOf).join(', ');
  return cause.message || messageOf(error);
}
