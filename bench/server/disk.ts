import { closeSync, fdatasyncSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { percentileOf } from '../report/figures.ts';

/** How long a disk takes to have what was written: every answer to an order waits for one of these. */
export interface Flushes {
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
}

const FLUSHES = 2_000;
/** A batch's record in PostgreSQL's log. */
const BYTES = 32 * 1024;
/** Written over and over, as that log's files are. */
const PLACES = 400;

/** @param folder on the disk that PostgreSQL writes to */
export async function timeFlushes(folder: string): Promise<Flushes> {
  const path = join(folder, 'flushes');
  const file = openSync(path, 'w');
  try {
    const record = Buffer.alloc(BYTES, 1);
    for (let place = 0; place < PLACES; place += 1) writeSync(file, record);
    fdatasyncSync(file);
    const times: number[] = [];
    for (let flush = 0; flush < FLUSHES; flush += 1) {
      writeSync(file, record, 0, BYTES, (flush % PLACES) * BYTES);
      const since = performance.now();
      fdatasyncSync(file);
      times.push(performance.now() - since);
      await pause(1);
    }
    times.sort((a, b) => a - b);
    return { p50Ms: percentileOf(times, 50), p99Ms: percentileOf(times, 99), maxMs: percentileOf(times, 100) };
  } finally {
    closeSync(file);
    rmSync(path, { force: true });
  }
}
