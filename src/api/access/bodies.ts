import { Transform, type Readable } from 'node:stream';
import type { FastifyRequest } from 'fastify';
import { countedAddress } from '../../identity/counted-address.ts';
import type { Api } from '../dependencies.ts';
import type { Metrics } from '../metrics.ts';
import { ProblemError } from '../problems/problem.ts';
import { BodyBudget } from './body-budget.ts';
import { MOST_BYTES_OF_ANYONE } from './guard.ts';

const BYTES_A_MEBIBYTE = 2 ** 20;
/** One caller may have 64 orders of two thousand lines in progress, and leaves as much to others. */
const OF_CALLERS = { mostBytes: 64 * BYTES_A_MEBIBYTE, mostBytesOfOne: 32 * BYTES_A_MEBIBYTE };
const OF_STRANGERS = { mostBytes: 16 * BYTES_A_MEBIBYTE, mostBytesOfOne: 4 * BYTES_A_MEBIBYTE };
/** What a piece of a body in chunks takes, however short it is: a byte in a piece of its own takes hundreds. */
const LEAST_BYTES_OF_A_PIECE = 1024;
const RETRY_AFTER_SECONDS = 1;

/**
 * Bounds what bodies take of the memory, on every route, from before they are read until they are answered; to be called
 * after the guard is there, because shares are by caller, and of strangers by address. A body counts as what its header
 * says of it, since who leaves it unfinished would hold the rest at any time; one in chunks counts as it comes in.
 */
export function boundBodies(api: Api, metrics: Metrics): void {
  const ofCallers = new BodyBudget(OF_CALLERS);
  const ofStrangers = new BodyBudget(OF_STRANGERS);
  // Strangers again, who may send so much here alone: it keeps nobody from signing in.
  const ofWebhooks = new BodyBudget(OF_STRANGERS);

  api.addHook('preParsing', (request, { raw }, payload, done) => {
    const bytes = bytesToCome(request);
    // A client that has gone meanwhile sends no more, and nothing would say that it has ended.
    if (bytes === 0 || raw.closed) {
      done();
      return;
    }
    const { principal, ip, routeOptions } = request;
    const isStranger = principal.kind === 'anonymous';
    const caller = isStranger ? countedAddress(ip) : principal.caller;
    const budget = !isStranger ? ofCallers : routeOptions.bodyLimit > MOST_BYTES_OF_ANYONE ? ofWebhooks : ofStrangers;
    let taken = 0;
    const take = (more: number) => {
      const bound = budget.take(caller, more);
      if (bound !== undefined) {
        metrics.requestShed(bound);
        throw bound === 'caller' && !isStranger ? tooMuchOfYours() : tooMuch();
      }
      taken += more;
    };
    // It comes once for each answer, whether that was sent or its client has gone.
    raw.once('close', () => {
      budget.giveBack(caller, taken);
    });
    if (bytes === undefined) {
      done(null, counted(payload, take));
    } else {
      take(bytes);
      done();
    }
  });
}

/** Undefined: in chunks, so nobody knows. 0: none is read, or it is refused for its length. */
function bytesToCome({ method, headers, routeOptions }: FastifyRequest): number | undefined {
  if (method === 'GET' || method === 'HEAD') return 0;
  if (headers['transfer-encoding'] !== undefined) return undefined;
  const bytes = Number(headers['content-length'] ?? 0);
  return bytes <= routeOptions.bodyLimit ? bytes : 0;
}

/** The same body, each piece of which is taken before it is passed on. */
function counted(payload: Readable, take: (bytes: number) => void): Readable {
  const body = new Transform({
    transform: (piece: Buffer, _encoding, done) => {
      try {
        take(Math.max(piece.length, LEAST_BYTES_OF_A_PIECE));
        done(null, piece);
      } catch (error) {
        done(error instanceof Error ? error : new Error(String(error)));
      }
    },
  });
  payload.once('error', (error) => body.destroy(error));
  // Refused in the middle of it: what is still to come is let go by, so that its client reads the answer.
  body.once('error', () => payload.resume());
  return payload.pipe(body);
}

function tooMuch(): ProblemError {
  return new ProblemError('service.busy', 'As much is being sent here as it takes on at once.');
}

function tooMuchOfYours(): ProblemError {
  return new ProblemError('rate.too_many_at_once', 'As much of yours is being sent here as may be: await some.', {
    facts: { retry_after_seconds: RETRY_AFTER_SECONDS },
  });
}
