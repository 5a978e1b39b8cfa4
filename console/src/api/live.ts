import type { QueryClient } from '@tanstack/react-query';
import { useSyncExternalStore } from 'react';
import { openEventStream } from './event-stream.ts';
import { fetchSignedIn } from './session.ts';
import type { TransitionEvent } from './types.ts';

export type Connection = 'connecting' | 'live' | 'gone';

/** Lists and figures are read anew at most this often, however much happens. */
const LISTS_INTERVAL_MS = 1_500;

/** What the figures and lists of these are made of. */
const LISTS = [['orders'], ['returns'], ['refunds'], ['jobs'], ['overview'], ['lifecycles'], ['search']];

let connection: Connection = 'connecting';
const listeners = new Set<() => void>();

function setConnection(next: Connection): void {
  connection = next;
  for (const listener of listeners) listener();
}

/** Whether what is on the screen is kept up to date. */
export function useConnection(): Connection {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => connection,
  );
}

/** After what is being read has come, such as the next page of a list: it began before the change, and is not thrown away. */
async function readAnew(client: QueryClient, queryKey: readonly string[]): Promise<void> {
  await client.refetchQueries({ queryKey, fetchStatus: 'fetching' }, { cancelRefetch: false });
  await client.invalidateQueries({ queryKey });
}

/** Keeps what was read up to date by the API's stream of changes, for as long as the page is open. */
export function followChanges(client: QueryClient): () => void {
  let listsDue: number | undefined;
  let changes = 0;
  const refreshLists = () => {
    listsDue ??= window.setTimeout(() => void readLists(), LISTS_INTERVAL_MS);
  };
  // Due until it has ended, however long it takes: cut off by the next one, it would never get there on a busy shop.
  const readLists = async () => {
    const changesBefore = changes;
    await Promise.all(LISTS.map((queryKey) => readAnew(client, queryKey)));
    listsDue = undefined;
    if (changes > changesBefore) refreshLists();
  };
  const close = openEventStream({
    open: (lastId, signal) =>
      fetchSignedIn(
        new Request('/v1/stream', { signal, headers: lastId === undefined ? {} : { 'last-event-id': lastId } }),
      ),
    onOpen: (hasMissed) => {
      if (hasMissed) void client.invalidateQueries();
      setConnection('live');
    },
    onGone: () => {
      setConnection('gone');
    },
    onRest: () => {
      setConnection('connecting');
    },
    onMessage: ({ event, data }) => {
      if (event === 'reset') void client.invalidateQueries();
      if (event !== 'transition') return;
      const transition = JSON.parse(data) as TransitionEvent;
      void client.invalidateQueries({ queryKey: ['order', transition.order_id] });
      changes += 1;
      refreshLists();
    },
  });
  return () => {
    changes = 0;
    window.clearTimeout(listsDue);
    close();
  };
}
