import { beforeAll, describe, expect, it } from 'vitest';
import { OPERATIONS, roleMay, type Access, type OperationId } from '../../../src/identity/operations.ts';
import { ALL_ROLES, type Role } from '../../../src/identity/roles.ts';
import { useApi, type Answer } from '../../support/api.ts';
import type { Operation } from '../../support/http/contract.ts';
import { useFeed } from '../../support/event-feed.ts';
import { bearer } from '../../support/keys.ts';
import { CUSTOMER, makeProtectedShop, MARK, type ProtectedShop } from '../../support/shop/protected-shop.ts';
import { ISSUED_ROLES, useTokenIssuer } from '../../support/servers/token-issuer.ts';
import type { OrderJson, ProblemJson } from '../../support/shop/shop.ts';

/** Every operation of the API's own description, with everybody, and with everything that is not theirs. */
const issuer = useTokenIssuer();
const api = useApi({ tokenIssuer: issuer.settings });
const feed = useFeed(api.database);
let shop: ProtectedShop;
beforeAll(async () => {
  shop = await makeProtectedShop(api, await issuedTo('admin'));
  await feed.placeAll();
});

interface Step {
  readonly id: OperationId;
  readonly method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';
  readonly path: string;
  readonly operation: Operation;
}

const NOBODYS_ID = 987_654_321;

/** From the table; that the description has the same operations is another test's (openapi.test.ts). */
const walked = Object.keys(OPERATIONS) as OperationId[];

function stepOf(id: OperationId): Step {
  for (const [path, methods] of Object.entries(api.contract.document.paths)) {
    for (const [method, operation] of Object.entries(methods)) {
      if (operation.operationId === id) return { id, method: method.toUpperCase() as Step['method'], path, operation };
    }
  }
  throw new Error(`${id} is in the table of operations, and not in the description`);
}

/** The whole request: with an id in its place, and the body that the description gives for an example. */
async function take(step: Step, id: number, token: string | undefined, query = ''): Promise<Answer> {
  const { method, path, operation } = step;
  const content = operation.requestBody?.content['application/json'];
  const payload = (content?.example ?? Object.values(content?.examples ?? {})[0]?.value) as object | undefined;
  const url = path.replace('{id}', String(id)).replace('{gateway}', 'local');
  if (url.includes('{')) throw new Error(`${path} has a part that this test does not know what to put into`);
  return api.send({ method, url: url + query, headers: token === undefined ? {} : bearer(token), payload });
}

/** A stream goes on for as long as it is listened to, so those whom it lets in do not come back. */
const isStream = ({ operation }: Step) => 'text/event-stream' in (operation.responses['200']?.content ?? {});

/** By us, that is: what is known by a signature of its own says in its own words when that does not hold. */
const refusedAtTheDoor = (answer: Answer | undefined): boolean =>
  answer !== undefined && /"code":"auth\./.test(answer.body);

/** What staff of a role have from the issuer outside. */
const issuedTo = (role: keyof typeof ISSUED_ROLES) =>
  issuer.sign({ sub: role, realm_access: { roles: [ISSUED_ROLES[role]] } });
const ISSUED = ['admin', 'support', 'warehouse', 'finance', 'read_only'] as const;

const tokenOf = (role: Role): string => (role === 'customer' ? shop.customer : shop.secrets[role]);

describe.for(walked)('%s', (id) => {
  const access: Access = OPERATIONS[id];

  it('lets in whom the table names, and nobody else', async () => {
    const step = stepOf(id);
    const unknown = isStream(step) && access === 'everyone' ? undefined : await take(step, NOBODYS_ID, undefined);
    if (access === 'everyone') expect(refusedAtTheDoor(unknown)).toBe(false);
    else expect(unknown?.json<ProblemJson>().code).toBe('auth.required');
    for (const role of ALL_ROLES) {
      const may = roleMay(role, id);
      if (may && isStream(step)) continue;
      expectVerdict(await take(step, NOBODYS_ID, tokenOf(role)), role, may);
    }
    for (const role of ISSUED) {
      const may = roleMay(role, id);
      if (may && isStream(step)) continue;
      expectVerdict(await take(step, NOBODYS_ID, await issuedTo(role)), role, may);
    }
  });

  function expectVerdict(answer: Answer, role: Role, may: boolean): void {
    if (may) expect(refusedAtTheDoor(answer), `${role} gets ${answer.body.slice(0, 200)}`).toBe(false);
    else expect(answer.json(), role).toMatchObject({ status: 403, code: 'auth.forbidden', role, operation: id });
  }

  const isForScoped = roleMay('shop', id) || roleMay('customer', id);
  it.runIf(isForScoped && access !== 'everyone')(
    "shows nothing of what is another's, and changes nothing",
    async () => {
      const step = stepOf(id);
      if (isStream(step)) throw new Error('what a stream shows to shops and customers needs a test of its own');
      for (const [who, token] of Object.entries(shop.strangers)) {
        for (const query of queriesOf(step)) {
          const answer = await take(step, foreignIdFor(step), token, query);
          expect(answer.body, `${who} reads ${step.path}${query}`).not.toContain(MARK);
          if (step.path.includes('{id}')) expect([403, 404], `${who}: ${answer.body}`).toContain(answer.statusCode);
        }
      }
      const now = await api.get(`/v1/orders/${shop.order.id}`, bearer(shop.secrets.admin));
      expect(now.json<OrderJson>().version).toBe(shop.order.version);
    },
  );
});

/** As it is, and asking for what is another's by every filter that it has. */
function queriesOf({ operation }: Step): string[] {
  const filters: Readonly<Record<string, string>> = {
    customer_id: CUSTOMER,
    order_number: `${MARK}-1`,
    sku: `${MARK}-sku`,
    order_id: String(shop.order.id),
    q: MARK,
    query: MARK,
  };
  const names = (operation.parameters ?? []).flatMap((each) => (each.in === 'query' ? [each.name] : []));
  return ['', ...names.flatMap((name) => (filters[name] === undefined ? [] : [`?${name}=${filters[name]}`]))];
}

function foreignIdFor({ path }: Step): number {
  const table = /^\/v1\/([\w-]+)\/\{id\}/.exec(path)?.[1];
  const ids: Readonly<Record<string, number>> = {
    orders: shop.order.id,
    returns: shop.returned.id,
    refunds: shop.refund.id,
    'credit-notes': shop.creditNoteId,
  };
  if (table === undefined) return NOBODYS_ID;
  const id = ids[table];
  if (id === undefined) throw new Error(`say which object of the first shop ${path} is about`);
  return id;
}

describe('who an order belongs to', () => {
  it('finds it everywhere, so that the walk above has looked where there was something', async () => {
    const { order, returned, refund, creditNoteId, owner, customer } = shop;
    for (const token of [owner, customer]) {
      for (const url of [
        '/v1/orders',
        '/v1/returns',
        `/v1/orders/${order.id}`,
        `/v1/returns/${returned.id}`,
        `/v1/refunds/${refund.id}`,
        `/v1/refunds/${refund.id}/credit-note`,
        `/v1/credit-notes/${creditNoteId}`,
        `/v1/credit-notes/${creditNoteId}/xml`,
        `/v1/orders/${order.id}/invoice`,
      ]) {
        const answer = await api.get(url, bearer(token));
        expect(answer.statusCode, url).toBe(200);
        expect(answer.body, url).toContain(MARK);
      }
    }
    expect((await api.get('/v1/events', bearer(owner))).body).toContain(MARK);
  });

  it('may ask to return more of it: the shop, and the customer, who is on record as such', async () => {
    const wanted = { reason: 'Too small', items: [{ order_item_id: shop.order.items[0]?.id, quantity: 1 }] };
    const url = `/v1/orders/${shop.order.id}/returns`;
    for (const [token, actor] of [
      [shop.owner, 'key:owning shop'],
      [shop.customer, 'customer'],
    ] as const) {
      const asked = await api.post(url, wanted, bearer(token));
      expect(asked.statusCode).toBe(201);
      const record = await api.get(
        `/v1/returns/${asked.json<{ id: number }>().id}/transitions`,
        bearer(shop.secrets.admin),
      );
      expect(record.json<{ data: { actor: string }[] }>().data[0]?.actor).toBe(actor);
    }
  });

  it('is told that of others as of what is not there: word for word', async () => {
    const { order, strangers } = shop;
    for (const token of Object.values(strangers)) {
      const foreign = await api.get(`/v1/orders/${order.id}`, bearer(token));
      const absent = await api.get(`/v1/orders/${NOBODYS_ID}`, bearer(token));
      expect(foreign.body.replaceAll(String(order.id), 'ID')).toBe(absent.body.replaceAll(String(NOBODYS_ID), 'ID'));
    }
  });
});
