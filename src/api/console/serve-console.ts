import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Api } from '../dependencies.ts';
import { consolePolicy } from './policy.ts';

/** In the built index.html, where each answer's own nonce belongs. */
const NONCE_PLACEHOLDER = /__NONCE__/g;

/**
 * Serves the built console at /console. Files with a hash in their names are kept by browsers for a year; the page that
 * names them is asked for each time, so a new version is there with the next load. Every other address under /console
 * is one of the console's own pages, and gets that page too: what to show is decided in the browser.
 */
export async function serveConsole(api: Api, folder: string): Promise<void> {
  const page = await readFile(join(folder, 'index.html'), 'utf8').catch(() => undefined);
  // Who looks at it is asked by the API that it is built on.
  const hide = { schema: { hide: true }, config: { isPublic: true } };
  if (page === undefined) {
    api.get('/console', hide, answerNotBuilt);
    api.get('/console/*', hide, answerNotBuilt);
    return;
  }
  await api.register(fastifyStatic, {
    root: join(folder, 'assets'),
    prefix: '/console/assets/',
    decorateReply: false,
    index: false,
    immutable: true,
    preCompressed: true,
    maxAge: '365d',
    schemaHide: true,
  });
  const answerPage = (_request: FastifyRequest, reply: FastifyReply) => {
    const nonce = randomBytes(16).toString('base64');
    return reply
      .headers({
        'content-type': 'text/html; charset=utf-8',
        'cache-control': 'no-cache',
        'content-security-policy': consolePolicy(nonce),
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'same-origin',
      })
      .send(page.replace(NONCE_PLACEHOLDER, nonce));
  };
  api.get('/console', hide, answerPage);
  api.get('/console/*', hide, answerPage);
}

function answerNotBuilt(_request: FastifyRequest, reply: FastifyReply): FastifyReply {
  return reply
    .code(503)
    .type('text/plain; charset=utf-8')
    .send('The console has not been built yet. Run "npm run console:build" and start again.\n');
}
