/**
 * How Node is started for each process of a fleet. Left to itself it lets garbage pile up in proportion to the machine's
 * memory: a web under load then took 350 to 470 MiB, and 200 to 235 MiB with these.
 */
export const NODE_FLAGS = ['--max-semi-space-size=16', '--max-old-space-size=384'] as const;
