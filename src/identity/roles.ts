/** Everybody who comes in has exactly one of these. What each may do is in operations.ts. */
export const ROLES = {
  admin: 'Everything, keys and people included',
  support: 'Orders, returns and what customers ask',
  warehouse: 'Packing, shipping, and taking returns in',
  finance: 'Payments, refunds, invoices and the books',
  read_only:
    'Reads everything, the books too, but keys, people, the record of the door, webhooks and the export of a customer; changes nothing',
  shop: 'A program of a shop: places orders, and sees only those that it placed',
  customer: 'One customer, by a token that lives for minutes: sees only their own orders, and asks to return',
} as const;

export type Role = keyof typeof ROLES;

export const isRole = (text: string): text is Role => Object.hasOwn(ROLES, text);

export const ALL_ROLES: readonly Role[] = Object.keys(ROLES).filter(isRole);

/** A key is for a program, so it is never one customer's: those have tokens. */
export const KEY_ROLES = ['admin', 'support', 'warehouse', 'finance', 'read_only', 'shop'] as const satisfies Role[];
export type KeyRole = (typeof KEY_ROLES)[number];

/** People work with everything there is: a shop is a program, and customers have tokens. */
export const PERSON_ROLES = ['admin', 'support', 'warehouse', 'finance', 'read_only'] as const satisfies Role[];
export type PersonRole = (typeof PERSON_ROLES)[number];
