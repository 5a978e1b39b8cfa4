import { lookup as resolve } from 'node:dns/promises';
import { Agent as HttpAgent, request as plainRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import { Agent as HttpsAgent, request as tlsRequest } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { hostOf, type AddressPolicy } from './address-policy.ts';

/** What came of one try. */
export type PostResult = Answered | NotAnswered;

export interface Answered {
  readonly status: number;
  readonly contentType: string | undefined;
  readonly retryAfter: string | undefined;
  /** The beginning of the body. */
  readonly text: string;
}

export interface NotAnswered {
  readonly status: undefined;
  /** Why, in words for the endpoint's owner. */
  readonly error: string;
}

export interface PostOptions {
  readonly policy: AddressPolicy;
  readonly timeoutMs: number;
  readonly maxAnswerBytes: number;
  /** Every address of a name; `resolveBySystem` by default. */
  readonly resolveAll?: (host: string) => Promise<readonly ResolvedAddress[]>;
}

export interface ResolvedAddress {
  readonly address: string;
  readonly family: number;
}

/** Longest header of an answer; Node refuses what is over it. */
const MAX_HEADER_BYTES = 8 * 1024;

class Refused extends Error {
  override readonly name = 'Refused';
}

/**
 * Posts to an address that somebody else has chosen, so that nothing inside can be reached: every address that the name
 * has must be public, and the connection goes to one of the very addresses that were looked at, without asking again.
 * Redirects are answers, not followed. The time-out covers everything, from the look-up to the answer's last byte.
 * Never rejects.
 */
export async function post(
  url: URL,
  body: string,
  headers: Readonly<Record<string, string>>,
  options: PostOptions,
): Promise<PostResult> {
  const deadline = AbortSignal.timeout(options.timeoutMs);
  try {
    const host = hostOf(url);
    const addresses = await within(deadline, addressesOf(host, options));
    for (const { address } of addresses) refuseInside(url, address, options.policy);
    const request = {
      headers: { ...headers, 'content-length': String(Buffer.byteLength(body)) },
      signal: deadline,
      lookup: fixedTo(addresses),
    };
    // The signal ends the connection. It says nothing of one that has ended by itself, so nothing rests on it alone.
    return await within(deadline, exchange(url, body, request, options));
  } catch (error) {
    if (deadline.aborted) return { status: undefined, error: `no answer within ${options.timeoutMs} ms` };
    return { status: undefined, error: reasonOf(error) };
  }
}

/** By the system's resolver, which knows of its hosts file and its own domains. */
export function resolveBySystem(host: string): Promise<readonly ResolvedAddress[]> {
  return resolve(host, { all: true, order: 'verbatim' });
}

async function addressesOf(
  host: string,
  { resolveAll = resolveBySystem }: PostOptions,
): Promise<readonly ResolvedAddress[]> {
  const family = isIP(host);
  if (family !== 0) return [{ address: host, family }];
  const addresses = await resolveAll(host);
  if (addresses.length === 0) throw new Refused('the name has no address');
  return addresses;
}

/** One address inside is enough to refuse: which of them would be taken is nothing to rely on. */
function refuseInside(url: URL, address: string, policy: AddressPolicy): void {
  if (!policy.permits(address)) throw new Refused('the name leads to an address that is not public');
  if (url.protocol === 'http:' && !policy.isAllowedInside(address)) throw new Refused('plain HTTP is not allowed');
}

/** Answers a connection's question for addresses with those that were looked at. */
function fixedTo(addresses: readonly ResolvedAddress[]): LookupFunction {
  return (_host, { all }, done) => {
    const [first] = addresses;
    if (all) done(null, [...addresses]);
    else done(null, first?.address ?? '', first?.family);
  };
}

function exchange(url: URL, body: string, request: RequestOptions, options: PostOptions): Promise<Answered> {
  return new Promise((resolveAnswer, reject) => {
    const isTls = url.protocol === 'https:';
    const sent = (isTls ? tlsRequest : plainRequest)(
      url,
      {
        ...request,
        method: 'POST',
        maxHeaderSize: MAX_HEADER_BYTES,
        // A connection of its own each time: none that was checked for another is used again.
        agent: isTls ? new HttpsAgent({ keepAlive: false }) : new HttpAgent({ keepAlive: false }),
      },
      (answer) => {
        // The connection may close before what has arrived is read.
        sent.off('close', refuseUnanswered);
        readBeginning(answer, options.maxAnswerBytes)
          .then((text) => {
            resolveAnswer(answeredWith(answer, text));
          }, reject)
          .finally(() => sent.destroy());
      },
    );
    const refuseUnanswered = () => {
      reject(new Refused('the connection was closed without an answer'));
    };
    sent.on('close', refuseUnanswered);
    sent.on('error', reject);
    // Nobody has asked for another protocol. Without a listener, Node reports neither an answer nor an error.
    sent.on('upgrade', (answer, socket) => {
      socket.destroy();
      resolveAnswer(answeredWith(answer, ''));
    });
    sent.end(body);
  });
}

function answeredWith({ statusCode, headers }: IncomingMessage, text: string): Answered {
  return {
    status: statusCode ?? 0,
    contentType: headers['content-type'],
    retryAfter: headers['retry-after'],
    text,
  };
}

async function readBeginning(answer: IncomingMessage, maxBytes: number): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  const stream: AsyncIterable<Buffer> = answer;
  for await (const chunk of stream) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes >= maxBytes) break;
  }
  // What is cut in the middle of a character, or is no UTF-8, becomes a mark; a database stores no U+0000.
  return Buffer.concat(chunks).subarray(0, maxBytes).toString('utf8').replaceAll('\0', '\ufffd');
}

/** Ends waiting for what cannot be cancelled itself. */
async function within<Result>(signal: AbortSignal, work: Promise<Result>): Promise<Result> {
  const aborted = new Promise<never>((_, reject) => {
    const refuse = () => {
      reject(new Refused('no answer in time'));
    };
    if (signal.aborted) refuse();
    else signal.addEventListener('abort', refuse, { once: true });
  });
  return Promise.race([work, aborted]);
}

function reasonOf(error: unknown): string {
  if (error instanceof Refused) return error.message;
  if (error instanceof AggregateError && error.errors.length > 0) return reasonOf(error.errors[0]);
  if (!(error instanceof Error)) return String(error);
  const code = 'code' in error && typeof error.code === 'string' ? error.code : error.message;
  return `the connection failed: ${code}`.slice(0, 500);
}
