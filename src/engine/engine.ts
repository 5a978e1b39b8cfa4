import type { Client } from 'pg';
import { UnderwayMap } from '../platform/sharing/underway-map.ts';
import { Coalescer, type Waiting } from '../platform/sharing/coalesce.ts';
import type { Logger } from '../platform/logger.ts';
import {
  DatabaseUnavailable,
  isHeldUp,
  isUnavailable,
  sqlState,
  violatedConstraint,
} from '../platform/database/postgres.ts';
import { connectWithKeptPlans, renewPlans } from '../platform/database/kept-plans.ts';
import { OutcomeUnknown } from '../platform/database/transaction.ts';
import type { InvoicePolicy } from '../domain/papers/invoice.ts';
import { DEFAULT_MONEY_POLICY, type MoneyPolicy } from '../domain/money/money-policy.ts';
import { decideBatch, mostIdsFor, usualIdsFor, type BatchContext, type BatchResult } from './batch.ts';
import { keyOf, matchKept } from './idempotency.ts';
import { IdsUsedUp, IdSupply } from './ids/ids.ts';
import { KeptOrders } from './load/kept-orders.ts';
import type { EngineRequest, Outcome } from './request.ts';
import { saveChanges } from './save.ts';

export interface EngineOptions {
  readonly databaseUrl: string;
  readonly invoicePolicy: InvoicePolicy;
  /** Left out: the usual one. */
  readonly moneyPolicy?: MoneyPolicy;
  readonly logger: Logger;
  readonly now?: () => Date;
  readonly maxBatchCommands?: number;
  readonly maxBatchesInFlight?: number;
  /** Commands and line items that may wait; beyond it a request is refused as Overloaded. */
  readonly maxQueuedWeight?: number;
  readonly observer?: EngineObserver;
}

/** Told what happens, for metrics and for whoever waits for jobs. */
export interface EngineObserver {
  batch?(commands: number): void;
  transition?(entityType: string, toState: string): void;
  /** Jobs have just been committed. */
  jobsReady?(): void;
}

/** Lines that one batch writes at most, so that a flood of huge orders never holds small ones up for long. */
const MAX_BATCH_WEIGHT = 2_500;
const MAX_QUEUED_WEIGHT = 25_000;
/**
 * A batch is some twenty statements, whatever is in it. When less than this waits beside a batch in flight, it waits for
 * its end, up to the time that most batches take.
 */
const FEW = { items: 16, waitMs: 20 };
/** Of what waits or is in flight: while PostgreSQL writes some, this process takes and answers the others. */
const LEAST_SHARE = 24;
/** Lines of an order that is placed apart from smaller ones, which would wait for it. */
const HEAVY_LINES = 100;
const MOST_TRIES = 5;
const LONGEST_PAUSE_MS = 50;

/** 40001: serialisation failure. 40P01: deadlock. Both mean: nothing happened, do it again. */
const AGAIN_STATES = new Set(['40001', '40P01']);

/** Classes of error by which a database that is still there refuses a COMMIT: constraint, serialisation, trigger. */
const REFUSING_CLASSES = new Set(['23', '40', 'P0']);

/** Prepared, as every statement behind it is, so that the socket holds them together. */
const BEGIN = { name: 'begin', text: 'BEGIN' };

/** For commands whose batch has waited for a lock as long as a session does: those behind them have waited as long. */
const WAIT_BRIEFLY = { name: 'wait-briefly', text: "SET LOCAL lock_timeout = '100ms'" };

const TAKEN_CONSTRAINTS = new Set(['idempotency_keys_pkey', 'orders_order_number_key']);

type WaitingRequest = Waiting<EngineRequest, Outcome>;

/** What repetitions of its key wait for. */
interface FirstOfKey {
  readonly request: EngineRequest;
  readonly outcome: Promise<Outcome>;
}

/** The one door: every change enters here, and everything through it is a batch. */
export class Engine {
  readonly #options: EngineOptions;
  readonly #context: BatchContext;
  readonly #ids = new IdSupply();
  readonly #keptOrders = new KeptOrders();
  readonly #coalescer: Coalescer<EngineRequest, Outcome>;
  readonly #underway = new UnderwayMap<FirstOfKey>();
  readonly #idleClients: Client[] = [];

  constructor(options: EngineOptions) {
    this.#options = options;
    this.#context = {
      invoicePolicy: options.invoicePolicy,
      moneyPolicy: options.moneyPolicy ?? DEFAULT_MONEY_POLICY,
      now: options.now ?? (() => new Date()),
      keptOrders: this.#keptOrders,
    };
    this.#coalescer = new Coalescer<EngineRequest, Outcome>({
      run: (batch) => this.#runBatch(batch),
      maxBatchItems: options.maxBatchCommands ?? 200,
      maxBatchesInFlight: options.maxBatchesInFlight ?? 2,
      few: FEW,
      leastShare: LEAST_SHARE,
      maxBatchWeight: MAX_BATCH_WEIGHT,
      heavyAbove: HEAVY_LINES,
      maxQueuedWeight: options.maxQueuedWeight ?? MAX_QUEUED_WEIGHT,
      weightOf: ({ intent }) => 1 + (intent.kind === 'place' ? intent.command.items.length : 0),
      onBatch: (commands) => options.observer?.batch?.(commands),
    });
  }

  get queued(): number {
    return this.#coalescer.queued;
  }

  /**
   * Does what is asked, or answers why not. When this resolves, the change is committed.
   *
   * @throws Overloaded when too much is waiting: nothing was done
   * @throws DatabaseUnavailable when the database is away: nothing was done
   * @throws OutcomeUnknown when the connection was lost while committing
   */
  async execute(request: EngineRequest): Promise<Outcome> {
    const { idempotency } = request;
    if (!idempotency) return this.#coalescer.submit(request);

    // A repetition that arrives while the first is under way waits for its answer, instead of failing the next batch
    // on the key that the first is about to write.
    const key = keyOf(idempotency);
    const first = this.#underway.get(key);
    if (first) {
      const outcome = await first.outcome;
      if (outcome.answer) {
        const kept = { fingerprint: first.request.idempotency?.fingerprint ?? Buffer.alloc(0), ...outcome.answer };
        const repeated = matchKept(kept, idempotency);
        if (repeated) return repeated;
      }
      return this.#coalescer.submit(request);
    }
    const outcome = this.#coalescer.submit(request).finally(() => {
      this.#underway.delete(key);
    });
    this.#underway.set(key, { request, outcome });
    return outcome;
  }

  /** Answers everything that waits, then closes the connections. */
  async close(): Promise<void> {
    await this.#coalescer.drained();
    await Promise.allSettled(this.#idleClients.splice(0).map((client) => client.end()));
  }

  /** If the batch fails as a whole, its commands go one by one, so that one bad command never fails its neighbours. */
  async #runBatch(batch: readonly WaitingRequest[]): Promise<void> {
    try {
      const outcomes = await this.#transact(batch.map(({ item }) => item));
      answerAll(batch, outcomes);
    } catch (error) {
      if (batch.length === 1 || error instanceof DatabaseUnavailable) {
        rejectAll(batch, error);
        return;
      }
      this.#options.logger.warn(
        { error: asError(error).message, commands: batch.length },
        'batch failed, going one by one',
      );
      await this.#runOneByOne(batch, error);
    }
  }

  async #runOneByOne(batch: readonly WaitingRequest[], batchError: unknown): Promise<void> {
    for (const [index, waiting] of batch.entries()) {
      // Without a key nobody can tell whether the lost commit did it: doing it again might do it twice.
      if (batchError instanceof OutcomeUnknown && !waiting.item.idempotency) {
        waiting.reject(batchError);
        continue;
      }
      try {
        answerAll([waiting], await this.#transact([waiting.item], isHeldUp(batchError)));
      } catch (error) {
        const isAway = error instanceof DatabaseUnavailable;
        // As long as nobody can look, what the lost commit did stays unknown.
        const reason = isAway && batchError instanceof OutcomeUnknown ? batchError : error;
        waiting.reject(reason);
        if (isAway) {
          rejectAll(batch.slice(index + 1), reason);
          return;
        }
      }
    }
  }

  /**
   * One transaction, done again while the database says that doing it again may help.
   *
   * @param hasWaited for a lock already, as long as a session does: it waits a tenth of a second for each
   */
  async #transact(requests: readonly EngineRequest[], hasWaited = false): Promise<readonly Outcome[]> {
    let unknown: OutcomeUnknown | undefined;
    let idsFor = usualIdsFor;
    for (let tries = 1; ; tries += 1) {
      try {
        return await this.#transactOnce(requests, idsFor(requests), hasWaited);
      } catch (error) {
        if (error instanceof OutcomeUnknown) unknown = error;
        if (error instanceof IdsUsedUp) idsFor = mostIdsFor;
        const single = requests.length === 1 ? requests[0] : undefined;
        const constraint = violatedConstraint(error);
        // Another process wrote this key or number a moment ago. The next try finds the key's answer; it finds the
        // number taken and refuses, or makes another where none was given.
        const taken = single !== undefined && constraint !== undefined && TAKEN_CONSTRAINTS.has(constraint);
        // With its key, a request whose commit was lost may be sent again: it finds its own answer, or does it now.
        const findable = error instanceof OutcomeUnknown && requests.every(({ idempotency }) => idempotency);
        const nothingHappened = [ConnectionLost, RefusedOnMemory, IdsUsedUp].some((each) => error instanceof each);
        const again = taken || findable || nothingHappened || AGAIN_STATES.has(sqlState(error) ?? '');
        // An earlier try may have done it, whatever became of the last one.
        if (!again || tries === MOST_TRIES) throw unknown ?? error;
        await pause(Math.random() * LONGEST_PAUSE_MS);
      }
    }
  }

  async #transactOnce(
    requests: readonly EngineRequest[],
    idCount: number,
    hasWaited: boolean,
  ): Promise<readonly Outcome[]> {
    const client = await this.#takeClient();
    try {
      const nextId = await this.#ids.reserve(client, idCount);
      const [, , , result] = await Promise.all([
        renewPlans(client),
        client.query(BEGIN),
        hasWaited ? client.query(WAIT_BRIEFLY) : undefined,
        decideBatch(client, requests, nextId, this.#context),
      ]);
      await this.#save(client, result);
      this.#idleClients.push(client);
      this.#report(result);
      return result.outcomes;
    } catch (error) {
      const isAway = isUnavailable(error);
      // A server that takes no writes would roll back, and refuse the next batch on this connection as well.
      if (isAway || error instanceof OutcomeUnknown) client.end().catch(() => undefined);
      else await this.#rollBack(client);
      throw isAway ? new ConnectionLost('the connection was lost', { cause: error }) : error;
    }
  }

  async #save(client: Client, { changes, locked: { keptIds, stamp } }: BatchResult): Promise<void> {
    try {
      await commit(client, saveChanges(client, changes));
    } catch (error) {
      if (isIdTaken(error)) this.#forgetAll();
      else if (keptIds.length > 0 && isRefusal(error)) this.#keptOrders.forget(keptIds);
      else throw error;
      throw new RefusedOnMemory('the database refused what was decided on what is held in memory', { cause: error });
    }
    if (stamp !== undefined) this.#keptOrders.keep(changes.orders, stamp);
  }

  async #rollBack(client: Client): Promise<void> {
    try {
      await client.query('ROLLBACK');
      this.#idleClients.push(client);
    } catch {
      client.end().catch(() => undefined);
    }
  }

  /** A standby that took over may lack the newest: it gives their stamps, and blocks of ids, to others. */
  #forgetAll(): void {
    this.#keptOrders.clear();
    this.#ids.forget();
  }

  async #takeClient(): Promise<Client> {
    const idle = this.#idleClients.pop();
    if (idle) return idle;
    try {
      const client = await connectWithKeptPlans(this.#options.databaseUrl, 'roundtrip engine');
      client.on('end', () => {
        this.#forgetAll();
        const index = this.#idleClients.indexOf(client);
        if (index >= 0) this.#idleClients.splice(index, 1);
      });
      return client;
    } catch (error) {
      throw new DatabaseUnavailable('the database cannot be reached', { cause: error });
    }
  }

  #report({ changes }: BatchResult): void {
    const { observer } = this.#options;
    for (const { entityType, to } of changes.transitions) observer?.transition?.(entityType, to);
    if (changes.jobs.length > 0 || changes.jobsSeenTo.some(({ state }) => state === 'READY')) observer?.jobsReady?.();
  }
}

function answerAll(batch: readonly WaitingRequest[], outcomes: readonly Outcome[]): void {
  for (const [index, { resolve, reject }] of batch.entries()) {
    const outcome = outcomes[index];
    if (outcome) resolve(outcome);
    else reject(new Error('the batch answered fewer requests than it took'));
  }
}

function rejectAll(batch: readonly WaitingRequest[], error: unknown): void {
  for (const { reject } of batch) reject(error);
}

/** A connection that had worked was lost before COMMIT was sent: nothing happened, and another may do it. */
class ConnectionLost extends DatabaseUnavailable {}

/** Nothing happened. What was decided on may not be as it is in the database, and is asked for when it is done again. */
class RefusedOnMemory extends Error {}

/** Whether a row of an order, or of a part of it, has an id that was held here to be given to another. */
function isIdTaken(error: unknown): boolean {
  const constraint = violatedConstraint(error);
  return constraint !== undefined && constraint.endsWith('_pkey') && !TAKEN_CONSTRAINTS.has(constraint);
}

/** Whether the database, still there, would not have it. */
function isRefusal(error: unknown): boolean {
  return REFUSING_CLASSES.has(sqlState(error)?.slice(0, 2) ?? '');
}

/**
 * Sends COMMIT behind the writes, in the same flush, and waits for all their answers.
 *
 * @throws the first refusal of a write, or that of the COMMIT: the transaction is void then, whatever became of the
 *   connection
 * @throws OutcomeUnknown when the connection was lost with no write refused
 */
async function commit(client: Client, writes: readonly Promise<unknown>[]): Promise<void> {
  const results = await Promise.allSettled([...writes, client.query('COMMIT')]);
  const errors = results.map((result) => (result.status === 'rejected' ? asError(result.reason) : undefined));
  const commitError = errors.pop();
  const refusedWrite = errors.find((error) => sqlState(error) !== undefined);
  if (refusedWrite) throw refusedWrite;
  if (!commitError) return;
  if (isRefusal(commitError) || writes.length === 0) throw commitError;
  throw new OutcomeUnknown('the connection was lost while committing', { cause: commitError });
}

function pause(durationMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, durationMs));
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
