import { randomUUID } from 'node:crypto';
import { STATUS_CODES } from 'node:http';
import type { ConnectionError } from 'fastify';
import type { Socket } from 'node:net';
import type { Logger } from '../../platform/logger.ts';
import { problem, PROBLEM_TYPE, type Problem } from './problem.ts';

/** Answers what Node refused before there was a request: it has no route, no hooks and no id but the one made here. */
export function answerClientErrors(logger: Logger): (error: ConnectionError, socket: Socket) => void {
  return (error, socket) => {
    if (error.code === 'ECONNRESET' || socket.destroyed) return;
    const answer = problemOf(error);
    const { status, code } = answer;
    const requestId = randomUUID();
    logger.info({ request_id: requestId, status, code, reason: error.code }, 'no request could be read');
    if (socket.writable) socket.write(asHttp(answer, requestId));
    socket.destroy();
  };
}

function problemOf({ code }: ConnectionError): Problem {
  switch (code) {
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return problem('request.timeout', 'The request took too long to arrive.');
    case 'HPE_HEADER_OVERFLOW':
      return problem('request.header_too_large', 'The header is over 16 KiB.');
    default:
      return problem('request.malformed', 'This is not an HTTP request.');
  }
}

function asHttp(answer: Problem, requestId: string): string {
  const body = JSON.stringify(answer);
  return [
    `HTTP/1.1 ${answer.status} ${STATUS_CODES[answer.status] ?? ''}`,
    `Content-Type: ${PROBLEM_TYPE}`,
    `Content-Length: ${Buffer.byteLength(body)}`,
    `X-Request-ID: ${requestId}`,
    'Connection: close',
    '',
    body,
  ].join('\r\n');
}
