import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Fastify from 'fastify';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { findFreePort } from '../src/platform/free-port.ts';

/** Whom a web sees behind the HAProxy of the composition, by its own configuration on ports of the test. */
const absence = spawnSync('haproxy', ['-v']).error ? 'haproxy is not installed' : undefined;

const UPSTREAM = '127.0.0.1';
const SOMEBODY_ELSE = '127.0.0.2';

describe.skipIf(absence)(`a web behind the proxy${absence === undefined ? '' : ` (left out: ${absence})`}`, () => {
  // As web is set up there: whatever network the proxy is given, it is believed.
  const web = Fastify({ trustProxy: ['127.0.0.0/8', '10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16'] });
  web.get('/ready', () => 'ready');
  web.get('/ip', ({ ip }) => ip);
  let folder: string;
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  let proxy: ChildProcess | undefined;
  let port: number;

  beforeAll(async () => {
    await web.listen({ port: 0, host: '127.0.0.1' });
    folder = await mkdtemp(join(tmpdir(), 'roundtrip-proxy-'));
  });
  afterEach(async () => {
    agent.destroy();
    if (proxy?.exitCode === null) {
      proxy.kill();
      await once(proxy, 'exit');
    }
  });
  afterAll(async () => {
    await web.close();
    await rm(folder, { recursive: true });
  });

  /** @param trustedUpstreams as in `.env`; undefined: not there */
  async function start(trustedUpstreams: string | undefined): Promise<void> {
    port = await findFreePort();
    const { port: webPort } = web.server.address() as AddressInfo;
    const text = (await readFile(new URL('../deploy/haproxy.cfg', import.meta.url), 'utf8'))
      .replace('bind :8000', `bind 127.0.0.1:${port}`)
      .replace(/server-template .*/, `server web 127.0.0.1:${webPort}`);
    const file = join(folder, 'haproxy.cfg');
    await writeFile(file, text);
    proxy = spawn('haproxy', ['-db', '-f', file], {
      env: { ...process.env, TRUSTED_UPSTREAMS: trustedUpstreams },
      stdio: 'ignore',
    });
    await expect.poll(() => seen({ from: UPSTREAM }).catch(() => undefined), { timeout: 10_000 }).toBeDefined();
  }

  /** The address that the web sees. */
  function seen({ from, saying }: { readonly from: string; readonly saying?: string }): Promise<string> {
    const headers = saying === undefined ? {} : { 'X-Forwarded-For': saying };
    return new Promise((resolve, reject) => {
      const sent = request({ port, path: '/ip', localAddress: from, headers, agent }, (answer) => {
        let body = '';
        answer.setEncoding('utf8').on('data', (piece: string) => (body += piece));
        answer.on('end', () => {
          resolve(body);
        });
      });
      sent.on('error', reject).end();
    });
  }

  it.for([
    ['', undefined],
    [' or named by nothing', ''],
  ] as const)('sees whoever connects, where no proxy in front of it is named%s', async ([, trustedUpstreams]) => {
    await start(trustedUpstreams);
    expect(await seen({ from: UPSTREAM, saying: '203.0.113.9' })).toBe(UPSTREAM);
    expect(await seen({ from: SOMEBODY_ELSE, saying: '203.0.113.9' })).toBe(SOMEBODY_ELSE);
  });

  it('sees whom a proxy that is named in front of it has seen, and nobody whom others name', async () => {
    await start(`192.0.2.0/24 ${UPSTREAM}/32`);
    expect(await seen({ from: UPSTREAM, saying: '203.0.113.9' })).toBe('203.0.113.9');
    // Down the same connection, as a proxy sends them.
    expect(await seen({ from: UPSTREAM, saying: '203.0.113.10' })).toBe('203.0.113.10');
    expect(await seen({ from: UPSTREAM, saying: '2001:db8::7' })).toBe('2001:db8::7');
    expect(await seen({ from: UPSTREAM })).toBe(UPSTREAM);
    // What clients say of themselves stands before what the proxy has seen, in networks of ours as well.
    expect(await seen({ from: UPSTREAM, saying: '198.51.100.1, 203.0.113.9' })).toBe('203.0.113.9');
    expect(await seen({ from: UPSTREAM, saying: '198.51.100.1, 10.0.0.7' })).toBe('10.0.0.7');
    expect(await seen({ from: SOMEBODY_ELSE, saying: '203.0.113.9' })).toBe(SOMEBODY_ELSE);
  });
});
