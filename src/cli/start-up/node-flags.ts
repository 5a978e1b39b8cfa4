/**
 * How Node is started for each process of a fleet. Left to itself it lets garbage pile up in proportion to the machine's
 * memory: a web under load then took 350 to 470 MiB, and 200 to 240 MiB with these. What is new has room for a hundred
 * requests: with half of it a web took a fifth to a third more CPU for each, since what requests in progress hold is
 * carried about twice as often, and some 17 MiB less.
 *
 * V8 learns which literals of a function live long, and makes those in old memory from then on. Here it learns from
 * requests that waited for the database; all that such a literal leads to then stays until a large collection, for as
 * long as the process runs (docs/decisions/0034-what-is-new-stays-young.md).
 */
export const NODE_FLAGS = [
  '--max-semi-space-size=16',
  '--max-old-space-size=384',
  '--no-allocation-site-pretenuring',
] as const;

/** Beside the flags: with a heap of its own for each of its threads, glibc kept some 10 MiB more. */
export const NODE_ENVIRONMENT = { MALLOC_ARENA_MAX: '2' } as const;
