import swagger from '@fastify/swagger';
import Fastify from 'fastify';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { serveDescription } from './serve-description.ts';

it('writes the document out once for each of its forms, however often it is asked for', async () => {
  const document = { openapi: '3.1.0', info: { title: 'Roundtrip', version: '1.0.0' } };
  let written = 0;
  const counted = {
    ...document,
    toJSON: () => {
      written += 1;
      return document;
    },
  };
  const api = Fastify();
  await api.register(swagger, { transformObject: () => counted });
  await serveDescription(api);
  for (let times = 0; times < 3; times += 1) {
    for (const url of ['/openapi.json', '/docs/json']) {
      const answer = await api.inject({ url });
      expect(answer.headers['content-type']).toBe('application/json; charset=utf-8');
      expect(answer.json()).toEqual(document);
    }
    expect(parse((await api.inject({ url: '/docs/yaml' })).body)).toEqual(document);
  }
  expect(written).toBe(2);
  await api.close();
});
