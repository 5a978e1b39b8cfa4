import { describe, expect, it } from 'vitest';
import { ALL_OPERATIONS, isOperation, OPERATIONS, roleMay, type Access, type OperationId } from './operations.ts';
import { ALL_ROLES } from './roles.ts';

const isRead = (operation: OperationId): boolean => /^(get|list|preview|search|stream|export)/.test(operation);

describe('the table of operations', () => {
  it('lets an administrator do everything', () => {
    for (const operation of ALL_OPERATIONS) expect(roleMay('admin', operation), operation).toBe(true);
  });

  it('names each role once an operation, and only such as there are', () => {
    for (const [operation, access] of Object.entries<Access>(OPERATIONS)) {
      if (access === 'everyone') continue;
      expect(new Set(access).size, operation).toBe(access.length);
      for (const role of access) expect(ALL_ROLES, operation).toContain(role);
    }
  });

  it('lets who only reads change nothing but their own account, and a customer no more than ask to return', () => {
    const changes = ALL_OPERATIONS.filter((operation) => !isRead(operation) && OPERATIONS[operation] !== 'everyone');
    expect(changes.length).toBeGreaterThan(10);
    const ownAccount = [
      'signOut',
      'changePassword',
      'enrolSecondFactor',
      'confirmSecondFactor',
      'removeSecondFactor',
      'endOwnSession',
    ];
    expect(changes.filter((operation) => roleMay('read_only', operation))).toEqual(ownAccount);
    expect(changes.filter((operation) => roleMay('customer', operation))).toEqual(['requestReturn']);
  });

  it('lets who only reads read what their role says: the books too, and not webhooks, the door or a whole customer', () => {
    expect(ALL_OPERATIONS.filter((operation) => isRead(operation) && !roleMay('read_only', operation))).toEqual([
      'listWebhookEndpoints',
      'getWebhookEndpoint',
      'listWebhookEndpointChanges',
      'listWebhookDeliveries',
      'getWebhookDelivery',
      'exportCustomer',
      'listKeys',
      'getKey',
      'listSecurityEvents',
      'listPeople',
      'getPerson',
      'listPersonSessions',
    ]);
  });

  it('leaves keys, people and the security record to administrators', () => {
    const guarded = ALL_OPERATIONS.filter((operation) => /key|security|person|people/i.test(operation));
    expect(guarded.length).toBeGreaterThan(4);
    for (const operation of guarded) {
      expect(
        ALL_ROLES.filter((role) => roleMay(role, operation)),
        operation,
      ).toEqual(['admin']);
    }
  });

  it.for(['', 'placeorder', '__proto__', 'toString', 'constructor'])('knows no "%s"', (name) => {
    expect(isOperation(name)).toBe(false);
  });
});
