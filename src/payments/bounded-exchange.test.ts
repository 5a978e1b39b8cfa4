import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { answering, useServers } from '../../test/support/servers/test-servers.ts';
import { exchange } from './bounded-exchange.ts';

const servers = useServers();

const LIMITS = { timeoutMs: 200, maxAnswerBytes: 1_000 };
/** For exchanges that something else than time ends. */
const PATIENT = { timeoutMs: 10_000, maxAnswerBytes: 1_000 };
/** Far more than the time-out, far less than an answer takes that is waited for. */
const BOUND_MS = 2_000;
const POST = { method: 'POST', body: '{}' };

test('an answer comes with its status, its Retry-After and its text, up to the last byte allowed', async () => {
  const body = 'ü'.repeat(500);
  const url = await servers.httpServer(answering(503, body, { 'retry-after': '7' }));
  expect(await exchange(url, LIMITS, POST)).toEqual({ kind: 'answered', status: 503, retryAfter: '7', body });
  const longer = await servers.httpServer(answering(200, `${body}.`));
  const cutOff = { kind: 'unknown', reason: 'the answer is over 1000 bytes' };
  expect(await exchange(longer, LIMITS, POST)).toEqual(cutOff);
});

test('nobody listening, and a name that nobody has, are surely not done', async () => {
  const refused = await exchange(await servers.nobody(), PATIENT, POST);
  expect(refused).toEqual({ kind: 'not_done', reason: 'cannot connect: ECONNREFUSED' });
  // A label over 63 characters is no name: it is not found without asking the network.
  const nameless = await exchange(`http://${'a'.repeat(64)}.invalid/`, PATIENT, POST);
  expect(nameless).toEqual({ kind: 'not_done', reason: 'cannot connect: ENOTFOUND' });
});

test('a redirect is an answer, and where it leads gets no request', async () => {
  let followed = 0;
  const elsewhere = await servers.httpServer((_incoming, response) => {
    followed += 1;
    response.end();
  });
  for (const status of [302, 307, 308]) {
    const url = await servers.httpServer(answering(status, '', { location: elsewhere }));
    expect(await exchange(url, PATIENT, POST)).toMatchObject({ kind: 'answered', status });
  }
  expect(followed).toBe(0);
});

const HALF_AN_ANSWER = 'HTTP/1.1 201 Created\r\ncontent-length: 900\r\n\r\n{"id":';

test.each<[string, (socket: Socket) => void]>([
  ['reset before the header', (socket) => socket.resetAndDestroy()],
  ['closed before the header', (socket) => socket.destroy()],
  ['closed within the header', (socket) => socket.end('HTTP/1.1 201 Created\r\ncontent-')],
  ['closed within the body', (socket) => socket.end(HALF_AN_ANSWER)],
  ['reset within the body', (socket) => socket.write(HALF_AN_ANSWER, () => socket.resetAndDestroy())],
  ['another protocol', (socket) => socket.write('HTTP/1.1 101 Switching Protocols\r\n\r\n')],
  ['no HTTP at all', (socket) => socket.end('SSH-2.0-OpenSSH_9.2\r\n')],
])('a connection that breaks once the request was sent is unknown: %s', async (_name, onRequest) => {
  const outcome = await exchange(await servers.rawServer(onRequest), PATIENT, POST);
  expect(outcome).toMatchObject({
    kind: 'unknown',
    reason: expect.stringMatching(/^the connection broke: ./) as unknown,
  });
});

test.each<[string, (socket: Socket) => void]>([
  ['silence', () => undefined],
  [
    'a header that drips',
    (socket) => {
      drip(socket, 'HTTP/1.1 201 Created\r\nx-padding: ');
    },
  ],
  [
    'a body that drips',
    (socket) => {
      drip(socket, HALF_AN_ANSWER);
    },
  ],
  ['a body that stays open', (socket) => socket.write(HALF_AN_ANSWER)],
])('%s is given up within the time-out, and the connection is closed', async (_name, onRequest) => {
  const { promise: closed, resolve } = Promise.withResolvers<undefined>();
  const url = await servers.rawServer((socket) => {
    socket.on('close', () => {
      resolve(undefined);
    });
    onRequest(socket);
  });
  const startedAt = performance.now();
  const outcome = await exchange(url, LIMITS, POST);
  expect(performance.now() - startedAt).toBeLessThan(BOUND_MS);
  expect(outcome).toEqual({ kind: 'unknown', reason: 'no whole answer within 200 ms' });
  await closed;
});

test('an answer without end is cut off, and the connection is closed', async () => {
  const { promise: closed, resolve } = Promise.withResolvers<undefined>();
  const url = await servers.httpServer((incoming, response) => {
    incoming.resume();
    response.on('close', () => {
      resolve(undefined);
    });
    writeWithoutEnd(response);
  });
  const outcome = await exchange(url, PATIENT, POST);
  expect(outcome).toEqual({ kind: 'unknown', reason: 'the answer is over 1000 bytes' });
  await closed;
});

test('a small answer that unpacks into 10 MB is cut off too', async () => {
  const packed = gzipSync(Buffer.alloc(10 * 1024 * 1024, ' '));
  const url = await servers.httpServer((incoming, response) => {
    incoming.resume();
    response.writeHead(201, { 'content-encoding': 'gzip' }).end(packed);
  });
  const outcome = await exchange(url, PATIENT, POST);
  expect(outcome).toEqual({ kind: 'unknown', reason: 'the answer is over 1000 bytes' });
});

test('an address that cannot be asked is an outcome as well, not a rejection', async () => {
  for (const url of ['', 'ftp://127.0.0.1/', 'http://127.0.0.1:1/']) {
    expect(await exchange(url, PATIENT, POST), url).toMatchObject({ kind: 'unknown' });
  }
});

/** Sends one more byte every 20 ms until the other side closes. */
function drip(socket: Socket, start: string): void {
  socket.write(start);
  const timer = setInterval(() => socket.write('x'), 20);
  socket.on('close', () => {
    clearInterval(timer);
  });
}

function writeWithoutEnd(response: ServerResponse): void {
  const chunk = Buffer.alloc(64 * 1024, ' ');
  const write = () => {
    while (!response.destroyed && response.write(chunk));
  };
  response.on('drain', write);
  write();
}
