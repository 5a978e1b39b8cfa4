import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import pg from 'pg';

const run = promisify(execFile);
const CONNECTIONS = 32;

/** Which rows an order is: with a job, as most changes cause one, or exactly those that placing an order writes. */
export type YardstickRows = 'order' | 'order-without-job';

/** Writes orders for some seconds, each by one statement in a transaction of its own. Answers with orders a second. */
export type Yardstick = (rows: YardstickRows, seconds: number) => Promise<number>;

/** pgbench, or where it is not installed the same loop by a driver of our own; `name` tells which. */
export async function findYardstick(databaseUrl: string): Promise<{ name: string; measure: Yardstick }> {
  try {
    const { stdout } = await run('pgbench', ['--version']);
    return { name: stdout.trim(), measure: (rows, seconds) => byPgbench(databaseUrl, rows, seconds) };
  } catch {
    return { name: 'own loop (no pgbench)', measure: (rows, seconds) => byOwnLoop(databaseUrl, rows, seconds) };
  }
}

async function byPgbench(databaseUrl: string, rows: YardstickRows, seconds: number): Promise<number> {
  const options = ['-n', '-M', 'prepared', '-c', String(CONNECTIONS), '-j', '2', '-T', String(Math.ceil(seconds))];
  const { stdout } = await run('pgbench', [...options, '-f', scriptOf(rows), databaseUrl]);
  const rate = /^tps = ([\d.]+)/m.exec(stdout)?.[1];
  if (rate === undefined) throw new Error(`pgbench does not tell its rate:\n${stdout}`);
  return Number(rate);
}

async function byOwnLoop(databaseUrl: string, rows: YardstickRows, seconds: number): Promise<number> {
  const script = await readFile(scriptOf(rows), 'utf8');
  const text = script
    .replaceAll(/^(--|\\set).*$/gm, '')
    .replaceAll(':customer', '$1')
    .replaceAll(':article', '$2');
  const pool = new pg.Pool({ connectionString: databaseUrl, max: CONNECTIONS });
  const startedAt = performance.now();
  const endsAt = startedAt + seconds * 1_000;
  let orders = 0;
  const loop = async (): Promise<void> => {
    while (performance.now() < endsAt) {
      const values = [Math.floor(Math.random() * 100_000), Math.floor(Math.random() * 10_000)];
      await pool.query({ name: rows, text, values });
      orders += 1;
    }
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, loop));
  await pool.end();
  return orders / ((performance.now() - startedAt) / 1_000);
}

function scriptOf(rows: YardstickRows): string {
  return fileURLToPath(new URL(`${rows}.sql`, import.meta.url));
}
