import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { NODE_ENVIRONMENT, NODE_FLAGS } from './node-flags.ts';

test('the image starts Node as the stack and the bench do', async () => {
  const dockerfile = await readFile(new URL('../../../deploy/Dockerfile', import.meta.url), 'utf8');
  const entrypoint = /^ENTRYPOINT (.+)$/m.exec(dockerfile)?.[1] ?? '';
  expect(JSON.parse(entrypoint)).toEqual(['node', ...NODE_FLAGS, 'src/cli/main.js']);
  // What is compiled ahead is good for the same flags alone.
  expect(dockerfile).toContain(`RUN node ${NODE_FLAGS.join(' ')} src/cli/main.js compile-ahead\n`);
  for (const [name, value] of Object.entries(NODE_ENVIRONMENT)) expect(dockerfile).toContain(`${name}=${value} `);
});
