import { QueryClient } from '@tanstack/react-query';
import { ApiProblem } from './api/problem.ts';

const MOST_TRIES = 3;

/** What the stream of changes keeps up to date needs no reading anew by itself. */
const FRESH_MS = 15_000;

export function createQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: FRESH_MS,
        // A refusal stays one; only what may pass is tried again.
        retry: (failures, error) => error instanceof ApiProblem && error.isPassing && failures < MOST_TRIES,
        // Whether the server can be reached says the server, and not the machine's network.
        networkMode: 'always',
      },
      mutations: { networkMode: 'always' },
    },
  });
}
