import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ProblemError } from '../problems/problem.ts';

const VERSIONS = new Set(['1.1', '1.0']);

/** Connections on which something ambiguous came: what is behind it on the same one is not to be trusted either. */
const refused = new WeakSet<Socket>();

/**
 * Node's parser takes two things that RFC 9112 does not, and that another server in front of us may read in another way:
 * a second Host, and a request line without a version, which may end in a bare line feed. Either ends the connection.
 *
 * @throws ProblemError
 */
export function refuseAmbiguity({ raw }: Pick<FastifyRequest, 'raw'>, reply: FastifyReply): void {
  const fault = refused.has(raw.socket) ? 'It came behind a request that cannot be read.' : faultOf(raw);
  if (fault === undefined) return;
  refused.add(raw.socket);
  reply.header('Connection', 'close');
  throw new ProblemError('request.malformed', fault);
}

function faultOf({ httpVersion, rawHeaders }: IncomingMessage): string | undefined {
  if (!VERSIONS.has(httpVersion)) return 'The request line has no HTTP version.';
  const hosts = rawHeaders.filter((name, index) => index % 2 === 0 && name.toLowerCase() === 'host');
  return hosts.length > 1 ? 'The request has more than one Host.' : undefined;
}
