/** A request as it goes over the wire, and what must come back. */
export interface Request {
  readonly text: string;
  /** Any other status counts as an error, and fails the scenario. */
  readonly status: number;
  /** Whether its answer completes an operation: a whole lifecycle is one operation of five requests. */
  readonly completes: boolean;
}

export interface Answer {
  readonly status: number;
  readonly body: Buffer;
}

/** What one connection sends, for ever: each answer leads to the next request. */
export type Flow = Generator<Request, never, Answer>;

const HOST_LINE = 'Host: 127.0.0.1\r\n';

export function get(path: string): Request {
  return { text: `GET ${path} HTTP/1.1\r\n${HOST_LINE}\r\n`, status: 200, completes: true };
}

export interface PostOptions {
  readonly status: 200 | 201;
  readonly completes: boolean;
  readonly body?: unknown;
  readonly idempotencyKey?: string;
}

export function post(path: string, { status, completes, body, idempotencyKey }: PostOptions): Request {
  const key = idempotencyKey === undefined ? '' : `Idempotency-Key: ${idempotencyKey}\r\n`;
  const head = `POST ${path} HTTP/1.1\r\n${HOST_LINE}${key}`;
  if (body === undefined) return { text: `${head}Content-Length: 0\r\n\r\n`, status, completes };
  const json = JSON.stringify(body);
  const length = Buffer.byteLength(json);
  const text = `${head}Content-Type: application/json\r\nContent-Length: ${length}\r\n\r\n${json}`;
  return { text, status, completes };
}

const LEADING_ID = /^\{"id":(\d+),/;

/** Orders and returns are answered with their id first; reading all of the JSON would cost the machine's cores. */
export function idOf({ body }: Answer): number {
  const id = LEADING_ID.exec(body.toString('latin1', 0, 40))?.[1];
  if (id === undefined) throw new Error(`an answer without an id: ${body.toString('utf8', 0, 200)}`);
  return Number(id);
}
