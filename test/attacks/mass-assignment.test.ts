import { beforeAll, describe, expect, it } from 'vitest';
import { useApi } from '../support/api.ts';
import { operationsOf, type NamedOperation } from '../support/fuzz/requests.ts';
import { stockedShop } from '../support/fuzz/stocked-shop.ts';
import type { JsonSchema } from '../support/fuzz/schema-values.ts';
import type { ProblemJson } from '../support/shop/shop.ts';

const api = useApi();
let idOf: Readonly<Record<string, readonly number[]>>;
beforeAll(async () => {
  idOf = await stockedShop(api);
});

/** What only we may say of a thing, besides what its own answer shows. */
const OURS = ['id', 'state', 'version', 'created_at', 'actor', 'role', 'caller', 'hash', 'is_admin', 'constructor'];

/** What its body looks like is the payment gateway's to say; what counts in it is asked of the gateway. */
const SAID_BY_OTHERS = ['receivePaymentWebhook'];

function resolved(schema: JsonSchema): JsonSchema {
  return schema.$ref === undefined ? schema : resolved(api.contract.resolve(schema.$ref));
}

/** The fields of an operation's answer that its body does not take. */
function computedFields({ operation }: NamedOperation): string[] {
  const body = resolved(operation.requestBody?.content['application/json']?.schema ?? {});
  const good = Object.entries(operation.responses).find(([status]) => status.startsWith('2'))?.[1];
  const answer = resolved(good?.content?.['application/json']?.schema ?? {});
  const taken = new Set(Object.keys(body.properties ?? {}));
  return [...new Set([...Object.keys(answer.properties ?? {}), ...OURS])].filter((name) => !taken.has(name));
}

function exampleOf({ operation }: NamedOperation): object {
  const { example, examples } = operation.requestBody?.content['application/json'] ?? {};
  return example ?? Object.values(examples ?? {})[0]?.value ?? {};
}

const written = () =>
  operationsOf(api.contract.document).filter(
    ({ operation, operationId }) =>
      operation.requestBody?.content['application/json'] && !SAID_BY_OTHERS.includes(operationId),
  );

describe('a field that is ours to say', () => {
  it('is refused by name in the body of every operation, and nothing is changed', async () => {
    expect(written().length).toBeGreaterThan(15);
    for (const each of written()) {
      const resource = /^\/v1\/([\w-]+)/.exec(each.path)?.[1] ?? '';
      const url = each.path.replaceAll(/\{\w+\}/g, String(idOf[resource]?.[0] ?? 1));
      for (const field of computedFields(each)) {
        const payload = { ...exampleOf(each), [field]: 1 };
        const answer = await api.send({ method: each.method, url, payload });
        const where = `${each.operationId} with ${field}`;
        expect(answer.statusCode, where).toBe(400);
        expect(answer.json<ProblemJson>().errors, where).toContainEqual({ field, message: 'is not a known field' });
      }
    }
  });

  it('is refused within the lines of an order as well', async () => {
    for (const field of ['id', 'returned_quantity', 'total_minor', 'line_number']) {
      const items = [{ sku: 'A', title: 'A', quantity: 1, unit_price_minor: 1, [field]: 1 }];
      const answer = await api.post('/v1/orders', { customer_id: 'c', items });
      expect(answer.json<ProblemJson>().errors).toContainEqual({
        field: `items[0].${field}`,
        message: 'is not a known field',
      });
    }
  });
});

describe('an id', () => {
  it('of another kind of thing, or of nothing, is not found by any operation, in the same words', async () => {
    const kinds = Object.keys(idOf);
    for (const { method, path, operationId, operation } of operationsOf(api.contract.document)) {
      const resource = /^\/v1\/([\w-]+)\/\{id\}/.exec(path)?.[1];
      if (resource === undefined) continue;
      const foreign = kinds.filter((kind) => kind !== resource).flatMap((kind) => idOf[kind]?.[0] ?? []);
      for (const id of [...foreign, 1_000_000_007]) {
        const url = path.replaceAll(/\{\w+\}/g, String(id));
        const payload = operation.requestBody ? exampleOf({ method, path, operationId, operation }) : undefined;
        const answer = await api.send({ method, url, payload });
        expect(answer.statusCode, `${operationId} of ${id}`).toBe(404);
        // What it says depends on the id alone: nobody learns whether it is the id of something else.
        expect(answer.json<ProblemJson>().detail.replace(String(id), 'N')).not.toMatch(/\d/);
      }
    }
  });
});
