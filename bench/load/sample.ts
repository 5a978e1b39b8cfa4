import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { newItem } from '../shop/catalogue.ts';

/** What of the shop the flows ask for. Ids are drawn uniformly from all that there were when the sample was taken. */
export interface ShopSample {
  readonly orderIds: Float64Array;
  /** Pairs: a delivered order and one of its line items. */
  readonly returnable: Float64Array;
  readonly customers: number;
  readonly skus: number;
}

export interface SampleFiles {
  readonly folder: string;
  readonly customers: number;
  readonly skus: number;
}

export function writeSample(folder: string, { orderIds, returnable, customers, skus }: ShopSample): SampleFiles {
  writeFileSync(join(folder, 'order-ids'), orderIds);
  writeFileSync(join(folder, 'returnable'), returnable);
  const articles = Array.from({ length: skus }, (_, article) => JSON.stringify(newItem(article)));
  writeFileSync(join(folder, 'articles'), articles.join('\n'));
  return { folder, customers, skus };
}

export function readSample({ folder, customers, skus }: SampleFiles): ShopSample {
  return {
    orderIds: numbersIn(join(folder, 'order-ids')),
    returnable: numbersIn(join(folder, 'returnable')),
    customers,
    skus,
  };
}

function numbersIn(path: string): Float64Array {
  const bytes = readFileSync(path);
  return new Float64Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
}

export function pick(numbers: Float64Array): number {
  const number = numbers[Math.floor(Math.random() * numbers.length)];
  if (number === undefined) throw new Error('the shop has nothing to choose from');
  return number;
}
