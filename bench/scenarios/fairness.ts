import { openLoad } from '../load/load.ts';
import type { LoadResult } from '../load/driver.ts';
import type { Stage } from './stage.ts';

const FLOODING_CONNECTIONS = 8;
const SMALL_CONNECTIONS = 8;

export interface FairnessResult {
  /** Orders of a single line, beside the flood. */
  readonly small: LoadResult;
  /** The flood: orders of 2,000 lines. */
  readonly flood: LoadResult;
}

/** One client floods the shop with the largest orders; another places small ones. */
export async function runFairness(stage: Stage, seconds: number): Promise<FairnessResult> {
  const sample = await stage.sample();
  const open = (flow: 'create-2000-lines' | 'create-single-line', connections: number) =>
    openLoad({ url: stage.web.url, flow, connections, sample });
  const flooding = await open('create-2000-lines', FLOODING_CONNECTIONS);
  const placing = await open('create-single-line', SMALL_CONNECTIONS);
  try {
    await Promise.all([flooding.run(1), placing.run(1)]);
    const [flood, small] = await Promise.all([flooding.run(seconds), placing.run(seconds)]);
    return { flood, small };
  } finally {
    await Promise.all([flooding.close(), placing.close()]);
  }
}
