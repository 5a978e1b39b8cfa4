import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { useDatabase } from '../../test/support/database.ts';
import { useEngines } from '../../test/support/engines.ts';
import { doneOrder, place, refusalCode } from '../../test/support/http/requests.ts';
import { partsOf, viewOfDatabase, viewOfModel } from '../../test/support/shop/shop-model-view.ts';
import {
  applyToModel,
  copyOf,
  newModelOrder,
  type ModelCommand,
  type ModelOrder,
} from '../../test/support/shop/shop-model.ts';
import { commandFor, everyMove, ORDERS, requestFor, step, type Step } from '../../test/support/shop/shop-steps.ts';
import { orderLifecycle, refundLifecycle, returnLifecycle } from '../domain/lifecycles.ts';
import { connectPipelined } from '../platform/database/postgres.ts';
import { readWholeOrders } from '../queries/orders/whole-orders.ts';
import type { EngineRequest, Outcome } from './request.ts';

/*
 * Random commands on three orders, sent at once, round after round, compared with a plain model in memory.
 */

const database = useDatabase();
const engines = useEngines(database);

const TIME_LIMIT_MS = 7_000;
const MOST_RUNS = 80;
const LINES = [
  { quantity: 3, unitPriceMinor: 250 },
  { quantity: 1, unitPriceMinor: 9_999 },
];

const rounds = fc.array(fc.array(step, { minLength: 1, maxLength: 12, size: 'max' }), { maxLength: 20, size: 'max' });

interface Answered {
  readonly order: number;
  readonly command: ModelCommand;
  readonly result: string;
  /** The return that it made, when it made one. */
  readonly newId: number;
}

interface Setting {
  readonly send: (requests: readonly EngineRequest[]) => Promise<Outcome[]>;
  /** Whether the commands of a round may have acted in another order than they were sent in. */
  readonly anyOrder: boolean;
}

/** Every state that the model may be in when these were its answers, in the order given or in any. */
function* explanations(model: ModelOrder, answered: readonly Answered[], anyOrder: boolean): Generator<ModelOrder> {
  if (answered.length === 0) {
    yield model;
    return;
  }
  for (const [index, { command, result, newId }] of (anyOrder ? answered : answered.slice(0, 1)).entries()) {
    const next = copyOf(model);
    if (applyToModel(next, command, newId) !== result) continue;
    yield* explanations(next, answered.toSpliced(index, 1), anyOrder);
    // What was refused has changed nothing: where it fits, it may as well have come first.
    if (result !== 'done') return;
  }
}

async function playRound(
  { send }: Setting,
  steps: readonly Step[],
  models: readonly ModelOrder[],
  orderIds: readonly number[],
): Promise<Answered[]> {
  const parts = await Promise.all(orderIds.map((id) => partsOf(database, id)));
  const attempts = steps.flatMap((each) => {
    const [model, named] = [models[each.order], parts[each.order]];
    if (!model || !named) return [];
    const command = commandFor(each, model);
    return [{ order: each.order, command, request: requestFor(command, named) }];
  });
  const outcomes = await send(attempts.map(({ request }) => request));
  return outcomes.flatMap((outcome, n) => {
    const attempt = attempts[n];
    if (!attempt) return [];
    const newId = outcome.kind === 'done' ? outcome.subjectId : 0;
    return [{ ...attempt, result: refusalCode(outcome) ?? outcome.kind, newId }];
  });
}

async function walk(setting: Setting, walked: readonly (readonly Step[])[]): Promise<void> {
  const items = LINES.map((line, n) => ({ ...line, sku: `SKU-${n}`, title: 'Thing' }));
  const placed = await setting.send(Array.from({ length: ORDERS }, () => place({ items })));
  const orderIds = placed.map((outcome) => doneOrder(outcome).id);
  const models = orderIds.map(() => newModelOrder(LINES));
  for (const steps of walked) {
    const answered = await playRound(setting, steps, models, orderIds);
    for (const [index, orderId] of orderIds.entries()) {
      const mine = answered.filter(({ order }) => order === index);
      const actual = await viewOfDatabase(database, orderId);
      const possible = [...explanations(models[index] ?? newModelOrder(LINES), mine, setting.anyOrder)];
      const explained = possible.find((model) => isDeepStrictEqual(viewOfModel(model), actual));
      if (!explained) {
        const story = mine.map(({ command, result }) => `${JSON.stringify(command)}: ${result}`).join('\n');
        expect(possible.map(viewOfModel), `nothing explains these answers and rows:\n${story}`).toContainEqual(actual);
        return;
      }
      models[index] = explained;
    }
  }
}

/** The engine goes on from its last answer without reading the order again: it must be what reading would find. */
async function expectAnswersAsRead(outcomes: readonly Outcome[]): Promise<void> {
  const answered = new Map(
    outcomes.flatMap((outcome) => (outcome.kind === 'done' ? [[outcome.order.id, outcome.order]] : [])),
  );
  const client = await connectPipelined(database.url, 'roundtrip test');
  const found = await readWholeOrders(client, [...answered.keys()], { locked: false });
  await client.end();
  for (const [id, order] of answered) expect(found.get(id)?.order).toEqual(order);
}

test('through one engine, every round comes out as the model has it, in the order of arrival', async () => {
  const engine = engines.open();
  const send = async (requests: readonly EngineRequest[]) => {
    const outcomes = await Promise.all(requests.map((request) => engine.execute(request)));
    await expectAnswersAsRead(outcomes);
    return outcomes;
  };
  await fc.assert(
    fc.asyncProperty(rounds, (walked) => walk({ send, anyOrder: false }, walked)),
    { numRuns: MOST_RUNS, interruptAfterTimeLimit: TIME_LIMIT_MS, examples: [[everyMove]] },
  );
});

test('through three engines in batches of two, every round comes out as the model has it in some order', async () => {
  const three = Array.from({ length: 3 }, () => engines.open({ maxBatchCommands: 2 }));
  const send = (requests: readonly EngineRequest[]) =>
    Promise.all(requests.map((request, n) => three[n % 3]?.execute(request) ?? Promise.reject(new Error('no engine'))));
  await fc.assert(
    fc.asyncProperty(rounds, (walked) => walk({ send, anyOrder: true }, walked)),
    { numRuns: MOST_RUNS, interruptAfterTimeLimit: TIME_LIMIT_MS, examples: [[everyMove]] },
  );
});

test('the walks went everywhere: every move of every lifecycle was made', async () => {
  const { rows } = await database.pool.query<{ entity_type: string; event: string; from_state: string | null }>(
    'SELECT DISTINCT entity_type, event, from_state FROM state_transitions',
  );
  // Payments in steps and refunds in two hands are walked elsewhere: src/domain/payments, src/domain/refunds.
  const inTwoHands = refundLifecycle.moves.filter(({ from }) => from === 'AWAITING_APPROVAL').length;
  const walked = [orderLifecycle, returnLifecycle, refundLifecycle];
  expect(rows).toHaveLength(walked.reduce((sum, { moves }) => sum + 1 + moves.length, 0) - inTwoHands);
});
