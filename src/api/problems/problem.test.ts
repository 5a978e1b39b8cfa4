import { describe, expect, test } from 'vitest';
import { refusal, REFUSALS } from '../../domain/refusals.ts';
import { problem, PROBLEM_CODES, ProblemError, problemKind, problemOfRefusal } from './problem.ts';

const statuses = new Map<string, number>(PROBLEM_CODES.map((code) => [code, problemKind(code).status]));

describe('the catalogue of problems', () => {
  test('has every refusal of the core, under its own words and as a fault of the request', () => {
    const titles = new Map<string, string>(PROBLEM_CODES.map((code) => [code, problemKind(code).title]));
    for (const [code, title] of Object.entries(REFUSALS)) {
      expect(titles.get(code)).toBe(title);
      expect([403, 404, 409, 412, 422]).toContain(statuses.get(code));
    }
  });

  test('says 404 of whatever is not found, and 409 of every illegal move', () => {
    for (const [code, status] of statuses) {
      // A gateway that is not configured is one that is not here.
      expect(status === 404).toBe(/\.not_(found|configured)$/.test(code));
      if (code.endsWith('.illegal_transition')) expect(status).toBe(409);
    }
  });

  test('gives only what is worth trying again, or is our fault, a status of 500 or more', () => {
    expect(Object.fromEntries([...statuses].filter(([, status]) => status >= 500))).toEqual({
      'auth.issuer_unavailable': 503,
      'service.busy': 503,
      'service.overloaded': 503,
      'service.unavailable': 503,
      'service.outcome_unknown': 503,
      'service.secret_unreadable': 500,
      'service.error': 500,
    });
  });
});

describe('a problem', () => {
  test('has the members of RFC 9457, its code, and the facts of the case beside them', () => {
    const facts = { from: 'SHIPPED', event: 'pay', allowed: ['deliver'] };
    expect(problemOfRefusal(refusal('order.illegal_transition', 'It cannot be moved.', facts))).toEqual({
      type: 'urn:roundtrip:problem:order.illegal_transition',
      title: REFUSALS['order.illegal_transition'],
      status: 409,
      code: 'order.illegal_transition',
      detail: 'It cannot be moved.',
      ...facts,
    });
  });

  test('about one field names it among the errors, and keeps the other facts', () => {
    const facts = { field: 'items[0].quantity', order_item_id: 7, returnable: 1 };
    const told = problemOfRefusal(refusal('return.quantity_exceeds_returnable', 'Only 1 is left.', facts));
    expect(told).toMatchObject({
      status: 422,
      errors: [{ field: 'items[0].quantity', message: 'Only 1 is left.' }],
      order_item_id: 7,
      returnable: 1,
    });
    expect(told).not.toHaveProperty('field');
  });

  test('about no field has no errors', () => {
    expect(problem('order.not_found', 'No order has the id 5.')).not.toHaveProperty('errors');
    expect(problemOfRefusal(refusal('order.not_found', 'No order has the id 5.')).errors).toBeUndefined();
  });

  test('can be thrown, with its detail for the log', () => {
    const error = new ProblemError('request.invalid', 'id must be integer', {
      errors: [{ field: 'id', message: 'must be integer' }],
    });
    expect(error.message).toBe('id must be integer');
    expect(error.problem).toMatchObject({ code: 'request.invalid', errors: [{ field: 'id' }] });
  });
});
