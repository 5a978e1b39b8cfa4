import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { buildAsShell, ownFilesIn } from './build-as-shell.ts';
import { readDockerfile } from './dockerfile.ts';

let folder: string;
let context: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'roundtrip build '));
  context = join(folder, 'context');
  await mkdir(join(context, 'src/deep'), { recursive: true });
  await mkdir(join(context, 'secret'));
  for (const path of ['a.txt', 'src/a.ts', 'src/a.test.ts', 'src/deep/b.ts', 'src/deep/b.test.ts', 'secret/key']) {
    await writeFile(join(context, path), path);
  }
  await writeFile(join(context, '.dockerignore'), '*\n!a.txt\n!src\n**/*.test.ts\n');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const build = (dockerfile: string) => buildAsShell(readDockerfile(dockerfile), context, join(folder, 'build'));

describe('reading a Dockerfile', () => {
  test('gives stages with their steps, variables filled in, and what the image runs', () => {
    const [first, second] = readDockerfile(
      [
        '# a comment',
        'ARG VERSION=24.1.2',
        'FROM node:${VERSION}-slim AS first',
        'WORKDIR /app',
        'RUN one \\',
        ' && two',
        'FROM node:${VERSION}',
        'ENV A=1 \\',
        '    B=two',
        'COPY --from=first /app/x/ x/',
        'USER node',
        'ENTRYPOINT ["node", "main.ts"]',
        'CMD ["web"]',
      ].join('\n'),
    );
    expect(first).toMatchObject({
      name: 'first',
      base: 'node:24.1.2-slim',
      steps: [
        { kind: 'workdir', path: '/app' },
        { kind: 'run', command: expect.stringMatching(/^one +&& two$/) as unknown },
      ],
    });
    expect(second).toMatchObject({
      base: 'node:24.1.2',
      environment: { A: '1', B: 'two' },
      steps: [{ kind: 'copy', from: 'first', sources: ['/app/x/'], to: 'x/' }],
      user: 'node',
      entrypoint: ['node', 'main.ts'],
      command: ['web'],
    });
  });

  test('refuses an instruction that it does not know', () => {
    expect(() => readDockerfile('FROM a\nADD x y\n')).toThrow('ADD');
  });
});

describe('building as shell', () => {
  test('copies what .dockerignore leaves in, from the context and from other stages, and runs in its own root', async () => {
    const root = await build(
      `FROM a AS one
       WORKDIR /app
       COPY a.txt ./
       COPY src/ src/
       RUN echo made > /app/made.txt && chown -R node:node /app
       FROM b
       WORKDIR /app
       COPY --from=one /app/src/ src/
       COPY --from=one /app/made.txt made.txt
       RUN ln -s /app/made.txt /usr/local/bin/made`,
    );
    expect((await ownFilesIn(join(root, 'app'))).toSorted()).toEqual(['made.txt', 'src/a.ts', 'src/deep/b.ts']);
    expect(await readFile(join(root, 'usr/local/bin/made'), 'utf8')).toBe('made\n');
  });

  test('fails on a command that fails, with its words, and on a file that .dockerignore leaves out', async () => {
    await expect(build('FROM a\nRUN echo out of order >&2; exit 3')).rejects.toThrow(/ended with 3: out of order/);
    await expect(build('FROM a\nCOPY secret/key ./')).rejects.toThrow('.dockerignore leaves secret/key out');
  });

  test('does not copy what is inside a folder that .dockerignore leaves out', async () => {
    const root = await build('FROM a\nWORKDIR /app\nCOPY secret/ secret/');
    expect(await ownFilesIn(root)).toEqual([]);
  });
});
