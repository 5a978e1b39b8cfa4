import type { IncomingMessage } from 'node:http';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { answering, useServers } from '../../test/support/servers/test-servers.ts';
import { AddressPolicy } from './address-policy.ts';
import { post, type PostOptions, type ResolvedAddress } from './post.ts';

const servers = useServers();
const LOOPBACK = { address: '127.0.0.1', family: 4 };
const resolving = (...answers: ResolvedAddress[]) => ({ resolveAll: () => Promise.resolve(answers) });
const strict = { policy: new AddressPolicy([]), timeoutMs: 2_000, maxAnswerBytes: 100 };
const development = { ...strict, policy: new AddressPolicy(['127.0.0.0/8']) };

const send = (url: string, options: PostOptions) => post(new URL(url), '{"a":"ü"}', { 'webhook-id': 'msg_1' }, options);

describe('inside', () => {
  /** Bytes that reached what listens inside. */
  let canaryBytes: number;
  let canary: string;
  let canaryPort: string;
  beforeEach(async () => {
    canaryBytes = 0;
    canary = await servers.rawServer((socket) => {
      canaryBytes += 1;
      socket.end('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n');
    });
    canaryPort = new URL(canary).port;
  });
  afterEach(() => {
    expect(canaryBytes).toBe(0);
  });

  test.each(['127.0.0.1', '[::1]', '[::ffff:127.0.0.1]', '0.0.0.0', '2130706433', '0x7f.1', '169.254.169.254'])(
    'is not reached by the address %s',
    async (host) => {
      for (const scheme of ['http', 'https']) {
        const result = await send(`${scheme}://${host}:${canaryPort}/`, strict);
        expect(result).toEqual({ status: undefined, error: 'the name leads to an address that is not public' });
      }
    },
  );

  test.each<[string, ResolvedAddress[]]>([
    ['loopback', [LOOPBACK]],
    ['loopback in IPv6', [{ address: '::1', family: 6 }]],
    ['loopback mapped into IPv6', [{ address: '::ffff:127.0.0.1', family: 6 }]],
    ["a cloud's metadata", [{ address: '169.254.169.254', family: 4 }]],
    ['a private network', [{ address: '10.0.0.5', family: 4 }]],
    ['a public address and loopback', [{ address: '192.0.0.0', family: 4 }, LOOPBACK]],
  ])('is not reached by a name that leads to %s', async (_what, addresses) => {
    const result = await send(`https://hook.example:${canaryPort}/`, { ...strict, ...resolving(...addresses) });
    expect(result).toEqual({ status: undefined, error: 'the name leads to an address that is not public' });
  });

  test('is not reached by a name that leads elsewhere the second time: it is asked for once', async () => {
    let asked = 0;
    const result = await send(`http://hook.example:${canaryPort}/`, {
      ...strict,
      timeoutMs: 300,
      // Allowed, so that the connection is tried; nobody is at an address of the documentation.
      policy: new AddressPolicy(['192.0.2.0/24']),
      resolveAll: () => {
        asked += 1;
        return Promise.resolve([asked === 1 ? { address: '192.0.2.1', family: 4 } : LOOPBACK]);
      },
    });
    expect(result.status).toBeUndefined();
    expect(asked).toBe(1);
  });

  test.each([301, 302, 303, 307, 308])('is not reached by a redirect: %d is an answer', async (status) => {
    const url = await servers.httpServer(answering(status, '', { location: canary }));
    expect(await send(url, development)).toMatchObject({ status });
  });
});

describe('a try', () => {
  test('reaches the address that was looked at, whatever its name leads to by now', async () => {
    const requests: { body: string; request: IncomingMessage }[] = [];
    const url = await servers.httpServer((request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => {
        requests.push({ body, request });
        response.writeHead(202, { 'content-type': 'text/plain', 'retry-after': '7' }).end('thanks');
      });
    });
    // The name is nobody's: only what was resolved here can have led to the server.
    const named = `http://hook.invalid:${new URL(url).port}/path?x=1`;
    const result = await send(named, { ...development, ...resolving(LOOPBACK) });
    expect(result).toEqual({ status: 202, contentType: 'text/plain', retryAfter: '7', text: 'thanks' });
    const [{ body, request } = {}] = requests;
    expect(body).toBe('{"a":"ü"}');
    expect(request).toMatchObject({ method: 'POST', url: '/path?x=1' });
    expect(request?.headers).toMatchObject({
      host: `hook.invalid:${new URL(url).port}`,
      'webhook-id': 'msg_1',
      'content-length': '10',
    });
  });

  test('does not speak plain HTTP to a public address', async () => {
    const result = await send('http://hook.example/', { ...strict, ...resolving({ address: '8.8.8.8', family: 4 }) });
    expect(result).toEqual({ status: undefined, error: 'plain HTTP is not allowed' });
  });

  test('keeps the beginning of a long answer, which a database can store', async () => {
    const url = await servers.httpServer(answering(200, `\0${'x'.repeat(1_000_000)}`));
    const result = await send(url, development);
    expect(result).toMatchObject({ status: 200, text: `\ufffd${'x'.repeat(99)}` });
  });

  test.each(['before the header', 'within the body'])('ends in time when the answer stops %s', async (where) => {
    const url = await servers.rawServer((socket) => {
      if (where === 'within the body') socket.write('HTTP/1.1 200 OK\r\ncontent-length: 90\r\n\r\n{');
    });
    const begun = performance.now();
    const result = await send(url, { ...development, timeoutMs: 200 });
    expect(result).toEqual({ status: undefined, error: 'no answer within 200 ms' });
    expect(performance.now() - begun).toBeLessThan(2_000);
  });

  test.each(['', 'upgrade: h2c\r\nconnection: upgrade\r\n'])(
    'ends when the answer is 101, which nobody has asked for: it is an answer like another (%j)',
    async (header) => {
      const url = await servers.rawServer((socket) => {
        socket.write(`HTTP/1.1 101 Switching Protocols\r\n${header}\r\n`);
      });
      const result = await send(url, development);
      expect(result).toEqual({ status: 101, contentType: undefined, retryAfter: undefined, text: '' });
    },
  );

  test('ends when the connection is closed without an answer', async () => {
    const url = await servers.rawServer((socket) => socket.end());
    expect(await send(url, development)).toEqual({ status: undefined, error: 'the connection failed: ECONNRESET' });
  });

  test('ends in time when the look-up never does', async () => {
    const stuck = { resolveAll: () => new Promise<ResolvedAddress[]>(() => undefined) };
    const result = await send('https://hook.example/', { ...strict, timeoutMs: 100, ...stuck });
    expect(result).toEqual({ status: undefined, error: 'no answer within 100 ms' });
  });

  test('says why there was no answer', async () => {
    const nobody = await send(await servers.nobody(), development);
    expect(nobody).toEqual({ status: undefined, error: 'the connection failed: ECONNREFUSED' });
    const nameless = await send(`https://${'a'.repeat(64)}.invalid/`, strict);
    expect(nameless).toEqual({ status: undefined, error: 'the connection failed: ENOTFOUND' });
    const noHttp = await send(await servers.rawServer((socket) => socket.end('SSH-2.0\r\n')), development);
    expect(noHttp).toEqual({ status: undefined, error: 'the connection failed: HPE_INVALID_CONSTANT' });
    const longHeader = `HTTP/1.1 200 OK\r\nx: ${'x'.repeat(10_000)}\r\n\r\n`;
    const long = await send(await servers.rawServer((socket) => socket.end(longHeader)), development);
    expect(long).toEqual({ status: undefined, error: 'the connection failed: HPE_HEADER_OVERFLOW' });
  });
});
