import type { Socket } from 'node:net';
import { afterEach, beforeAll, expect, it } from 'vitest';
import { useApi } from '../../support/api.ts';
import { bearer, issueKey } from '../../support/keys.ts';
import { beginBody } from '../../support/http/raw-http.ts';

const MOST = 20;
/** Whatever takes a body of somebody who is not known. */
const OPEN_TO_EVERYONE = [
  '/v1/session',
  '/v1/one-time-link',
  '/v1/one-time-link/setup',
  '/v1/one-time-link/password',
  '/v1/webhooks/local',
];

const api = useApi({ load: { mostInProgress: MOST, mostInProgressPerCaller: 10, mostEventLoopDelayMs: 0 } });
let admin: string;
beforeAll(async () => {
  admin = (await issueKey(api, { name: 'admin', role: 'admin' })).secret;
});
const sockets: Socket[] = [];
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy();
});

it.for(OPEN_TO_EVERYONE)(
  'strangers who leave as many bodies of POST %s unfinished as there may be requests shut nobody out',
  async (path) => {
    const port = await api.listen();
    const fields = 'Content-Type: application/json\r\nContent-Length: 1000\r\nRoundtrip-Signature: t=1,v1=00\r\n';
    const head = `POST ${path} HTTP/1.1\r\nHost: localhost\r\n${fields}`;
    sockets.push(...(await Promise.all(Array.from({ length: MOST }, () => beginBody(port, head)))));

    const answer = await api.get('/v1/orders', bearer(admin));
    expect(answer.statusCode).toBe(200);
    const stranger = await api.post(path, {});
    expect(stranger.statusCode).toBeLessThan(500);
  },
);
