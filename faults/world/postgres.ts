import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startEmbeddedPostgres, type EmbeddedPostgres } from '../../src/platform/embedded-postgres.ts';

/** Little write-ahead log, so that a small disk holds it; all else is as in production. */
const SETTINGS = { max_wal_size: '96MB', min_wal_size: '32MB' };

/** A cluster of the harness's own, which can be stopped as a crash stops it. */
export class OwnPostgres {
  readonly #folder: string;
  #running: EmbeddedPostgres;
  #died: Promise<unknown>;

  private constructor(folder: string, { running, died }: Launched) {
    this.#folder = folder;
    this.#running = running;
    this.#died = died;
  }

  static async start(folder: string): Promise<OwnPostgres> {
    await mkdir(folder, { recursive: true, mode: 0o711 });
    return new OwnPostgres(folder, await launch(folder));
  }

  /** Past every wire. Another after each restart. */
  get url(): string {
    return this.#running.databaseUrl;
  }

  get port(): number {
    return Number(new URL(this.url).port);
  }

  /** `pg_ctl stop -m immediate`: sessions end where they are, nothing is written out, the next start recovers. */
  async stopImmediately(): Promise<void> {
    const pid = Number.parseInt(await readFile(join(this.#folder, 'postgres', 'postmaster.pid'), 'utf8'), 10);
    process.kill(pid, 'SIGQUIT');
    await this.#died;
    await this.#running.stop();
  }

  async startAgain(): Promise<void> {
    const { running, died } = await launch(this.#folder);
    this.#running = running;
    this.#died = died;
  }

  async stop(): Promise<void> {
    await this.#running.stop();
  }
}

interface Launched {
  readonly running: EmbeddedPostgres;
  readonly died: Promise<unknown>;
}

async function launch(folder: string): Promise<Launched> {
  const { promise: died, resolve } = Promise.withResolvers<unknown>();
  const running = await startEmbeddedPostgres({ dataDir: folder, settings: SETTINGS, onUnexpectedExit: resolve });
  return { running, died };
}
