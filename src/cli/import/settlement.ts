import { setTimeout as delay } from 'node:timers/promises';
import { readInvoice, readRefund } from './answers.ts';
import type { ApiAnswer, ApiClient } from './api-client.ts';
import type { ReplayedOrder } from './replay.ts';
import { runBounded } from './run-bounded.ts';

const CONCURRENCY = 32;
/** Requests that one round of waiting makes at most. */
const ROUND_SIZE = 200;
const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 4_000;

type Verdict = 'open' | 'succeeded' | 'failed';

/** One thing that the server does on its own time: an invoice to render, a refund to pay. */
interface Matter {
  readonly kind: 'invoice' | 'refund';
  /** For people. */
  readonly name: string;
  readonly path: string;
  readonly judge: (request: string, answer: ApiAnswer) => Verdict;
}

export interface Settlement {
  readonly invoicesRendered: number;
  readonly refundsSucceeded: number;
  /** Names of the refunds that the gateway declined; they wait for a person. */
  readonly failed: readonly string[];
  /** Names of what is neither done nor declined. */
  readonly open: readonly string[];
}

export interface SettlementOptions {
  readonly api: ApiClient;
  readonly signal: AbortSignal;
  /** How long to wait for what is open; 0 looks once. */
  readonly waitMs: number;
  readonly onSettled: () => void;
}

/** How many invoices are rendered and refunds settled, waiting for the rest if so asked. */
export async function settle(orders: readonly ReplayedOrder[], options: SettlementOptions): Promise<Settlement> {
  const deadline = performance.now() + options.waitMs;
  const all = orders.flatMap(mattersOf);
  const ended = new Map<Matter, Verdict>();
  const look = async (matters: readonly Matter[]): Promise<Matter[]> => {
    const verdicts = await judgeAll(matters, options);
    for (const [matter, verdict] of verdicts) {
      if (verdict === 'open') continue;
      ended.set(matter, verdict);
      options.onSettled();
    }
    return matters.filter((matter) => !ended.has(matter));
  };

  let open = await look(all);
  let pauseMs = FIRST_PAUSE_MS;
  while (open.length > 0 && performance.now() < deadline) {
    await delay(Math.min(pauseMs, Math.max(0, deadline - performance.now())), undefined, { signal: options.signal });
    const round = open.slice(0, ROUND_SIZE);
    const stillOpen = await look(round);
    // What is stuck goes to the back, so that it never hides what has ended behind it.
    open = [...open.slice(ROUND_SIZE), ...stillOpen];
    pauseMs = stillOpen.length < round.length ? FIRST_PAUSE_MS : Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
  }

  const count = (kind: Matter['kind']): number => {
    return [...ended].filter(([matter, verdict]) => matter.kind === kind && verdict === 'succeeded').length;
  };
  return {
    invoicesRendered: count('invoice'),
    refundsSucceeded: count('refund'),
    failed: [...ended].filter(([, verdict]) => verdict === 'failed').map(([{ name }]) => name),
    open: open.map(({ name }) => name),
  };
}

/** How many things `settle` looks at, for a progress bar. */
export function countMatters(orders: readonly ReplayedOrder[]): number {
  return orders.reduce((sum, { refunds }) => sum + 1 + refunds.length, 0);
}

function judgeAll(
  matters: readonly Matter[],
  { api, signal }: SettlementOptions,
): Promise<(readonly [Matter, Verdict])[]> {
  return runBounded(matters, CONCURRENCY, signal, async (matter, either) => {
    const answer = await api.ask({ method: 'GET', path: matter.path, signal: either });
    return [matter, matter.judge(`GET ${matter.path}`, answer)] as const;
  });
}

function mattersOf({ orderId, orderNumber, refunds }: ReplayedOrder): Matter[] {
  return [
    {
      kind: 'invoice',
      name: `invoice of order ${orderNumber}`,
      path: `/v1/orders/${orderId}/invoice`,
      judge: (request, answer) => (readInvoice(request, answer).rendered_at === null ? 'open' : 'succeeded'),
    },
    ...refunds.map(({ id }): Matter => ({
      kind: 'refund',
      name: `refund ${id} of order ${orderNumber}`,
      path: `/v1/refunds/${id}`,
      judge: (request, answer) => refundVerdict(readRefund(request, answer).state),
    })),
  ];
}

function refundVerdict(state: string): Verdict {
  if (state === 'SUCCEEDED') return 'succeeded';
  return state === 'FAILED' ? 'failed' : 'open';
}
