import { randomBytes } from 'node:crypto';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { startEmbeddedPostgres } from '../../../src/platform/embedded-postgres.ts';
import { migrate } from '../../../src/platform/database/migrate.ts';
import { administer, dropDatabase, urlOfDatabase, type CopyStrategy } from './test-server.ts';

interface TestServer {
  readonly url: string;
  readonly copyStrategy: CopyStrategy;
  stop(): Promise<void>;
}

/** One server for all test files: TEST_DATABASE_URL's, or else an embedded one that lives as long as the run. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const given = process.env['TEST_DATABASE_URL'];
  const server: TestServer = given
    ? { url: given, copyStrategy: 'WAL_LOG', stop: () => Promise.resolve() }
    : await startServer();
  const template = `roundtrip_template_${randomBytes(6).toString('hex')}`;
  const teardown = async (): Promise<void> => {
    try {
      await dropDatabase(server.url, template);
    } finally {
      await server.stop();
    }
  };
  try {
    await administer(server.url, `CREATE DATABASE ${template}`);
    await migrate(urlOfDatabase(server.url, template));
    // A database that nobody can connect to can be copied at any moment; autovacuum stays away as well.
    await administer(server.url, `ALTER DATABASE ${template} WITH ALLOW_CONNECTIONS false`);
  } catch (error) {
    await teardown();
    throw error;
  }
  project.provide('serverUrl', server.url);
  project.provide('templateDatabase', template);
  project.provide('copyStrategy', server.copyStrategy);
  return teardown;
}

async function startServer(): Promise<TestServer> {
  const folder = await mkdtemp(join(tmpdir(), 'roundtrip test '));
  // Root's server runs as another user, who has to pass through.
  await chmod(folder, 0o711);
  const server = await startEmbeddedPostgres({
    dataDir: folder,
    settings: { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' },
  });
  return {
    url: server.databaseUrl,
    copyStrategy: 'FILE_COPY',
    stop: async () => {
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
