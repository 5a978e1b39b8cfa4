import { writeFile } from 'node:fs/promises';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { isOperation, OPERATIONS, type Access } from '../../src/identity/operations.ts';
import { useApi } from '../support/api.ts';
import { auditOf } from '../support/audit.ts';
import {
  operationsOf,
  requestsFor,
  type FuzzRequest,
  type KnownIds,
  type NamedOperation,
} from '../support/fuzz/requests.ts';
import { makeKeys, stockedShop, type Keys } from '../support/fuzz/stocked-shop.ts';

/** In all, over every operation alike; FUZZ_REQUESTS asks for more. */
const REQUESTS = Number(process.env['FUZZ_REQUESTS'] ?? 2_000);
const AT_ONCE = 8;
const REQUESTS_OF_AN_ADDRESS = 10;
/** Far more than any of them takes; what hangs takes for ever. */
const LONGEST_MS = 5_000;

const isForEveryone = (id: string) => isOperation(id) && (OPERATIONS[id] as Access) === 'everyone';

const api = useApi();
let operations: NamedOperation[];
let known: KnownIds;
let keys: Keys;
beforeAll(async () => {
  operations = operationsOf(api.contract.document);
  const shop = await stockedShop(api);
  keys = await makeKeys(api);
  known = { ...shop, keys: [keys.other] };
});

/** What the run has come to, for docs/security.md: FUZZ_REPORT names the file. */
const figures = { requests: 0, slowest: { ms: 0, operationId: '' }, answers: new Map<string, Map<number, number>>() };

let sent = 0;

/** A few requests from each: an address that fails often has to wait, and would get no further than that. */
function nextAddress(): string {
  const host = Math.floor((sent += 1) / REQUESTS_OF_AN_ADDRESS);
  return `10.0.${Math.floor(host / 256) % 256}.${host % 256}`;
}

async function send({ operationId, method, url, headers, payload }: FuzzRequest): Promise<void> {
  // Its own key would be the last that it brings.
  if (url.startsWith(`/v1/keys/${keys.own}`)) return;
  const begun = performance.now();
  // Holds the answer against the document as well: status, type and every field.
  const answer = await api.send({
    method,
    url,
    remoteAddress: nextAddress(),
    headers: { ...headers, authorization: `Bearer ${keys.secret}` },
    payload,
  });
  const ms = performance.now() - begun;
  const where = `${method} ${url} with ${payload ?? 'nothing'}: ${answer.body.slice(0, 500)}`;
  expect(answer.statusCode, where).toBeLessThan(500);
  expect(ms, where).toBeLessThan(LONGEST_MS);
  figures.requests += 1;
  if (ms > figures.slowest.ms) figures.slowest = { ms, operationId };
  const ofOperation = figures.answers.get(operationId) ?? new Map<number, number>();
  ofOperation.set(answer.statusCode, (ofOperation.get(answer.statusCode) ?? 0) + 1);
  figures.answers.set(operationId, ofOperation);
}

describe('every operation, with legal, boundary and hostile values made from its description', () => {
  it('answers as described, never with a failure of ours, and never hangs', { timeout: 3_600_000 }, async () => {
    const each = Math.ceil(REQUESTS / operations.length / AT_ONCE);
    for (const operation of operations) {
      const requests = fc.array(requestsFor(api.contract, operation, known), {
        minLength: AT_ONCE,
        maxLength: AT_ONCE,
      });
      await fc.assert(
        // At once, so that they meet in one batch and on the same rows.
        fc.asyncProperty(requests, async (batch) => {
          await Promise.all(batch.map(send));
        }),
        { numRuns: each, endOnFailure: true },
      );
    }
  });

  it('has let some through to every operation, and refused some of nearly every one', () => {
    const seen = (operationId: string) => [...(figures.answers.get(operationId)?.keys() ?? [])];
    const ids = operations.map(({ operationId }) => operationId);
    // Of what everyone may do, 401 is the operation's own word: a password that is wrong, a signature that does not hold.
    const reached = (id: string) => (status: number) =>
      status < 300 || status === 404 || status === 409 || (status === 401 && isForEveryone(id));
    expect(ids.filter((id) => !seen(id).some(reached(id)))).toEqual([]);
    expect(ids.filter((id) => !seen(id).some((status) => status >= 400)).length).toBeLessThan(ids.length * 0.2);
  });

  it('leaves the process well, its log without an error, and every audit chain whole', async () => {
    expect((await api.get('/ready')).statusCode).toBe(200);
    expect(api.log.filter(({ level }) => level === 'error' || level === 'fatal')).toEqual([]);
    const audit = await auditOf(api.database.url);
    expect(audit).toMatchObject({ broken: undefined });
    expect(audit.orders).toBeGreaterThan(0);
    await report();
  });
});

async function report(): Promise<void> {
  const file = process.env['FUZZ_REPORT'];
  if (file === undefined) return;
  const byStatus = new Map<number, number>();
  for (const ofOperation of figures.answers.values()) {
    for (const [status, count] of ofOperation) byStatus.set(status, (byStatus.get(status) ?? 0) + count);
  }
  const summary = {
    operations: operations.length,
    requests: figures.requests,
    slowest: { operation: figures.slowest.operationId, ms: Math.round(figures.slowest.ms) },
    answers: Object.fromEntries([...byStatus].toSorted(([a], [b]) => a - b)),
  };
  await writeFile(file, `${JSON.stringify(summary, null, 2)}\n`);
}
