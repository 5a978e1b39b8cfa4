import { request, type ClientRequest, type IncomingHttpHeaders } from 'node:http';
import { beforeAll, describe, expect, it } from 'vitest';
import { useApi } from '../../support/api.ts';
import { bearer, issueKey } from '../../support/keys.ts';
import { useSessions } from '../../support/sessions.ts';
import type { ProblemJson } from '../../support/shop/shop.ts';

/** Fewer than the test's API has connections for lists, so that each of those held up has one of its own. */
const MOST = 6;
const SHARE = 3;

const api = useApi({ load: { mostInProgress: MOST, mostInProgressPerCaller: SHARE, mostEventLoopDelayMs: 0 } });
const sessions = useSessions(api.database);

interface Exchange {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A request of a client of its own, which may break it off. */
function begin(port: number, path: string, headers: Record<string, string> = {}) {
  const { promise, resolve, reject } = Promise.withResolvers<Exchange>();
  const sent: ClientRequest = request({ port, path, headers, agent: false }, (answer) => {
    let body = '';
    answer.setEncoding('utf8').on('data', (text: string) => (body += text));
    answer.on('end', () => {
      resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body });
    });
  });
  sent.on('error', reject).end();
  return { answered: promise, breakOff: () => sent.destroy() };
}

const codeOf = ({ body }: Exchange) => (JSON.parse(body) as ProblemJson).code;

/** Has `count` requests wait for a table that somebody else has locked. */
async function holdUp(callers: readonly string[]) {
  const port = await api.listen();
  const holder = await sessions.open();
  await holder.query('BEGIN; LOCK TABLE returns IN ACCESS EXCLUSIVE MODE');
  // Each for another list: those who ask for the same one share its reading.
  const held = callers.map((secret, n) =>
    begin(port, `/v1/returns?limit=${n + 1}`, secret === '' ? {} : bearer(secret)),
  );
  const answers = Promise.allSettled(held.map(({ answered }) => answered));
  await sessions.waitingForLock('roundtrip test api', callers.length);
  return { port, held, answers, release: () => holder.query('COMMIT') };
}

async function inProgress(port: number, secret = ''): Promise<number> {
  const { body } = await begin(port, '/metrics', secret === '' ? {} : bearer(secret)).answered;
  return Number(/^http_requests_in_progress (\d+)$/m.exec(body)?.[1]);
}

describe('a flood', () => {
  it('is shed with 503 and Retry-After beyond the bound, while health, readiness and metrics answer; then all is well', async () => {
    // This machine's own user is alone here, and has no share to keep to.
    const { port, answers, release } = await holdUp(Array<string>(MOST).fill(''));
    const flood = await Promise.all(Array.from({ length: 30 }, () => begin(port, '/v1/orders').answered));
    for (const answer of flood) {
      expect(answer.status).toBe(503);
      expect(codeOf(answer)).toBe('service.busy');
      expect(answer.headers['retry-after']).toBe('1');
    }
    for (const path of ['/health', '/ready', '/metrics']) {
      expect((await begin(port, path).answered).status, path).toBe(200);
    }
    expect(await inProgress(port)).toBe(MOST);
    await release();
    for (const answer of await answers) expect(answer).toMatchObject({ value: { status: 200 } });
    expect((await begin(port, '/v1/orders').answered).status).toBe(200);
    await expect.poll(() => inProgress(port)).toBe(0);
  });

  it('that goes away before it is answered leaves nothing behind', async () => {
    const { port, held, answers, release } = await holdUp(Array<string>(MOST).fill(''));
    for (const { breakOff } of held) breakOff();
    await answers;
    await expect.poll(() => inProgress(port)).toBe(0);
    expect((await begin(port, '/v1/orders').answered).status).toBe(200);
    await release();
  });
});

describe('a caller', () => {
  let admin: string;
  let greedy: string;
  beforeAll(async () => {
    admin = (await issueKey(api, { name: 'admin', role: 'admin' })).secret;
    greedy = (await issueKey(api, { name: 'greedy', role: 'read_only' }, admin)).secret;
  });

  it('has its share at once and no more, so that others are answered', async () => {
    const { port, answers, release } = await holdUp(Array<string>(SHARE).fill(greedy));
    const over = await begin(port, '/v1/orders', bearer(greedy)).answered;
    expect(over.status).toBe(429);
    expect(codeOf(over)).toBe('rate.too_many_at_once');
    expect(over.headers['retry-after']).toBe('1');
    expect((await begin(port, '/v1/orders', bearer(admin)).answered).status).toBe(200);
    await release();
    for (const answer of await answers) expect(answer).toMatchObject({ value: { status: 200 } });
    expect((await begin(port, '/v1/orders', bearer(greedy)).answered).status).toBe(200);
    await expect.poll(() => inProgress(port, admin)).toBe(0);
  });

  it('that breaks off before it is known who it is leaves nothing taken of its share', async () => {
    const { secret } = await issueKey(api, { name: 'hasty', role: 'read_only' }, admin);
    const port = await api.listen();
    const holder = await sessions.open();
    await holder.query('BEGIN; LOCK TABLE api_keys IN ACCESS EXCLUSIVE MODE');
    const brokenOff = () => api.log.filter(({ msg }) => msg === 'request broken off').length;
    const before = brokenOff();
    const held = Array.from({ length: SHARE }, () => begin(port, '/v1/orders', bearer(secret)));
    const answers = Promise.allSettled(held.map(({ answered }) => answered));
    await sessions.waitingForLock('roundtrip identity');
    for (const { breakOff } of held) breakOff();
    await answers;
    await expect.poll(brokenOff).toBe(before + SHARE);
    await holder.query('COMMIT');
    // The first may come by the same look-up as those that have gone, and before them.
    for (const path of ['/v1/orders', '/v1/returns']) {
      expect((await begin(port, path, bearer(secret)).answered).status).toBe(200);
    }
  });
});
