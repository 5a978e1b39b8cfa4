import { setTimeout as delay } from 'node:timers/promises';
import { emptyDisk, fillDisk, makeReadOnly, makeWritable } from '../world/folders.ts';
import type { World } from '../world/world.ts';
import type { FaultKind } from './kind.ts';

export function noDisk({ folders }: World): string | undefined {
  return folders.haveDisks ? undefined : 'a small disk cannot be mounted here: it takes root and unshare';
}

/** The folder of invoices. */
export const folderKinds: readonly FaultKind[] = [
  {
    name: 'INVOICE_OUTPUT_DIR full',
    absence: noDisk,
    strike: async ({ world, random }) => {
      await fillDisk(world.folders.invoices);
      await delay(random.between(800, 2_500));
      await emptyDisk(world.folders.invoices);
    },
  },
  {
    name: 'INVOICE_OUTPUT_DIR read-only',
    absence: noDisk,
    strike: async ({ world, random }) => {
      await makeReadOnly(world.folders.invoices);
      await delay(random.between(800, 2_500));
      await makeWritable(world.folders.invoices);
    },
  },
];
