import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { useApi } from '../support/api.ts';

const built = await mkdtemp(join(tmpdir(), 'roundtrip console '));
await mkdir(join(built, 'assets'));
await writeFile(join(built, 'index.html'), '<meta name="csp-nonce" content="__NONCE__">');
await writeFile(join(built, 'assets', 'main-1a2b.js'), 'console.log("it runs")');
await writeFile(join(built, 'secret'), 'nobody may read this');
afterAll(() => rm(built, { recursive: true, force: true }));

const api = useApi({ consoleFolder: built });
const get = (url: string) => api.app.inject({ url });

describe('the console', () => {
  it('is one page, whichever of its addresses is asked for, and asked for anew each time', async () => {
    for (const url of ['/console', '/console/', '/console/orders/42', '/console/orders?state=PAID']) {
      const { statusCode, headers, body } = await get(url);
      expect([statusCode, headers['cache-control'], headers['content-type']], url).toEqual([
        200,
        'no-cache',
        'text/html; charset=utf-8',
      ]);
      expect(body).toContain('csp-nonce');
    }
  });

  it('lets in no script but its own files, and style elements by a nonce that is never the same', async () => {
    const [first, second] = await Promise.all([get('/console'), get('/console')]);
    const nonceOf = ({ body }: typeof first) => /content="([^"]+)"/.exec(body)?.[1] ?? '';
    expect(nonceOf(first)).toMatch(/^[\w+/]{22}==$/);
    expect(nonceOf(first)).not.toBe(nonceOf(second));
    const policy = String(first.headers['content-security-policy']);
    expect(policy).toContain(`style-src 'self' 'nonce-${nonceOf(first)}'`);
    expect(policy).toMatch(/script-src 'self';/);
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toContain('unsafe');
  });

  it('keeps files with a hash in their names in the browser for a year', async () => {
    const { statusCode, headers, body } = await get('/console/assets/main-1a2b.js');
    expect([statusCode, body]).toEqual([200, 'console.log("it runs")']);
    expect(headers['cache-control']).toBe('public, max-age=31536000, immutable');
    expect(headers['content-type']).toMatch(/javascript/);
  });

  it('gives away nothing but its own files', async () => {
    expect((await get('/console/assets/gone.js')).statusCode).toBe(404);
    for (const path of ['../secret', '..%2fsecret', '%2e%2e/secret', '..%5csecret', '....//secret', '%00/../secret']) {
      expect((await get(`/console/assets/${path}`)).body, path).not.toContain('nobody may read this');
    }
  });
});
