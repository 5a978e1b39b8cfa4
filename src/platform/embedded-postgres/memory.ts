import { totalmem } from 'node:os';

const MEBIBYTE = 2 ** 20;
const LEAST_BUFFERS_MEBIBYTES = 128;
/** Enough for what a shop of millions of orders touches; the machine is for others, too. */
const MOST_BUFFERS_MEBIBYTES = 2_048;

/**
 * A quarter of the memory for tables and indexes, and half of it expected to hold files, as PostgreSQL's manual advises
 * (section 19.4.1). With less, each order of a shop of millions reads pages anew and pushes changed ones out to disk.
 *
 * @param memoryBytes what this process and its server may use
 */
export function memorySettings(memoryBytes = usableMemoryBytes()) {
  const mebibytes = memoryBytes / MEBIBYTE;
  const buffers = Math.min(Math.max(mebibytes / 4, LEAST_BUFFERS_MEBIBYTES), MOST_BUFFERS_MEBIBYTES);
  return {
    shared_buffers: `${Math.floor(buffers)}MB`,
    effective_cache_size: `${Math.floor(mebibytes / 2)}MB`,
  };
}

/** Node answers 0, or more than there is, where nothing limits the process. */
function usableMemoryBytes(): number {
  return Math.min(totalmem(), process.constrainedMemory() || Infinity);
}
