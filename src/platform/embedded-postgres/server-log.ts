import { copyFile, open, stat, truncate } from 'node:fs/promises';
import type { Logger } from '../logger.ts';
import { unlessMissing } from '../files.ts';

const MAX_LOG_BYTES = 8 * 1024 * 1024;
const CHECK_INTERVAL_MS = 60_000;
const MAX_EXCERPT_BYTES = 64 * 1024;

/** The file that the server writes to by itself, so that a busy or dead Node never holds it up. */
export class ServerLog {
  readonly path: string;
  #timer: NodeJS.Timeout | undefined;

  constructor(path: string) {
    this.path = path;
  }

  /** Checks each minute: whatever the server says, this file and the one before it stay near 8 MiB each. */
  keepBounded(logger: Logger): void {
    const check = (): void => {
      this.shorten().catch((error: unknown) => {
        logger.warn({ error: String(error), path: this.path }, 'the log of the database could not be shortened');
      });
    };
    this.#timer = setInterval(check, CHECK_INTERVAL_MS).unref();
  }

  /** The server appends, so a file cut to nothing goes on from its beginning. */
  async shorten(): Promise<void> {
    if ((await this.size()) < MAX_LOG_BYTES) return;
    await copyFile(this.path, `${this.path}.1`);
    await truncate(this.path);
  }

  async size(): Promise<number> {
    return (await unlessMissing(stat(this.path)))?.size ?? 0;
  }

  /** What was written after the file had `offset` bytes, the beginning of it when that is much. */
  async since(offset: number): Promise<string> {
    const file = await open(this.path, 'r');
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(MAX_EXCERPT_BYTES), 0, MAX_EXCERPT_BYTES, offset);
      return buffer.toString('utf8', 0, bytesRead);
    } finally {
      await file.close();
    }
  }

  /** Calls `use` with a descriptor to append by, which stays open until that has returned. */
  async append<T>(use: (descriptor: number) => T): Promise<T> {
    const file = await open(this.path, 'a', 0o600);
    try {
      return use(file.fd);
    } finally {
      await file.close();
    }
  }

  close(): void {
    clearInterval(this.#timer);
  }
}
