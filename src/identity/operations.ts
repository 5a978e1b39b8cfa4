import type { Role } from './roles.ts';

/** Who may do an operation: these roles, or whoever asks, known or not. */
export type Access = readonly Role[] | 'everyone';

const STAFF = ['admin', 'support', 'warehouse', 'finance', 'read_only'] as const;
const OF_AN_ORDER = [...STAFF, 'shop', 'customer'] as const;
const ANYBODY_KNOWN = OF_AN_ORDER;

/**
 * The one table of who may do what, by the operationId of the API's description. An operation that is not here cannot be
 * registered, so nothing is open by having been forgotten. Shops and customers see only what is theirs, whatever they
 * may do: that is object by object, and not in this table.
 */
export const OPERATIONS = {
  placeOrder: ['admin', 'support', 'shop'],
  listOrders: OF_AN_ORDER,
  getOrder: OF_AN_ORDER,
  listOrderTransitions: [...STAFF, 'shop'],
  payOrder: ['admin', 'support', 'finance', 'shop'],
  processOrder: ['admin', 'support', 'warehouse'],
  shipOrder: ['admin', 'warehouse'],
  deliverOrder: ['admin', 'support', 'warehouse'],
  cancelOrder: ['admin', 'support', 'shop'],

  addPayment: ['admin', 'support', 'finance', 'shop'],
  getPayment: STAFF,
  capturePayment: ['admin', 'finance'],
  voidPayment: ['admin', 'support', 'finance'],

  requestReturn: ['admin', 'support', 'shop', 'customer'],
  previewReturn: [...STAFF, 'shop', 'customer'],
  listReturns: OF_AN_ORDER,
  getReturn: OF_AN_ORDER,
  listReturnTransitions: [...STAFF, 'shop'],
  approveReturn: ['admin', 'support'],
  rejectReturn: ['admin', 'support'],
  dispatchReturn: ['admin', 'support', 'warehouse'],
  receiveReturn: ['admin', 'warehouse'],
  previewReturnCompletion: STAFF,
  completeReturn: ['admin', 'support', 'finance'],

  listRefunds: OF_AN_ORDER,
  getRefund: OF_AN_ORDER,
  retryRefund: ['admin', 'finance'],
  recordRefund: ['admin', 'finance'],
  requestRefund: ['admin', 'support', 'finance'],
  approveRefund: ['admin', 'finance'],
  rejectRefund: ['admin', 'finance'],

  // An auditor's, who has the role that only reads; they hold amounts, accounts and ids, and no customer.
  getTrialBalance: ['admin', 'finance', 'read_only'],
  getOrderLedger: ['admin', 'finance', 'read_only'],
  exportLedger: ['admin', 'finance', 'read_only'],

  listReconciliationDifferences: STAFF,
  resolveReconciliationDifference: ['admin', 'finance'],
  listComparisons: STAFF,
  requestComparison: ['admin', 'finance'],

  getInvoice: OF_AN_ORDER,
  getInvoicePdf: OF_AN_ORDER,
  getInvoiceXml: OF_AN_ORDER,

  getCreditNote: OF_AN_ORDER,
  getCreditNotePdf: OF_AN_ORDER,
  getCreditNoteXml: OF_AN_ORDER,
  getCreditNoteOfRefund: OF_AN_ORDER,

  listJobs: STAFF,
  getJob: STAFF,
  retryJob: ['admin', 'support', 'finance'],
  dismissJob: ['admin', 'support', 'finance'],
  retryJobsAlike: ['admin', 'support', 'finance'],
  listOrderJobs: STAFF,

  listEvents: [...STAFF, 'shop'],
  streamEvents: STAFF,

  search: STAFF,
  getOverview: STAFF,
  getStatistics: STAFF,
  getLifecycles: STAFF,
  getSettings: STAFF,

  listWebhookEndpoints: ['admin', 'support'],
  getWebhookEndpoint: ['admin', 'support'],
  listWebhookEndpointChanges: ['admin', 'support'],
  createWebhookEndpoint: ['admin'],
  updateWebhookEndpoint: ['admin'],
  deleteWebhookEndpoint: ['admin'],
  enableWebhookEndpoint: ['admin'],
  disableWebhookEndpoint: ['admin'],
  testWebhookEndpoint: ['admin'],
  rotateWebhookSecret: ['admin'],
  listWebhookDeliveries: ['admin', 'support'],
  getWebhookDelivery: ['admin', 'support'],
  redeliverWebhook: ['admin', 'support'],

  createCustomerToken: ['admin', 'support', 'shop'],
  exportCustomer: ['admin', 'support'],
  eraseCustomer: ['admin'],

  getMe: ANYBODY_KNOWN,
  createKey: ['admin'],
  listKeys: ['admin'],
  getKey: ['admin'],
  rotateKey: ['admin'],
  revokeKey: ['admin'],
  listSecurityEvents: ['admin'],

  // By somebody who is about to come in: what they bring is looked at by the operation itself.
  signIn: 'everyone',
  getSignInWays: 'everyone',
  startProviderSignIn: 'everyone',
  finishProviderSignIn: 'everyone',
  readOneTimeLink: 'everyone',
  setUp: 'everyone',
  choosePassword: 'everyone',

  // A person's own, by their session.
  getSession: STAFF,
  signOut: STAFF,
  changePassword: STAFF,
  enrolSecondFactor: STAFF,
  confirmSecondFactor: STAFF,
  removeSecondFactor: STAFF,
  listOwnSessions: STAFF,
  endOwnSession: STAFF,

  invitePerson: ['admin'],
  listPeople: ['admin'],
  getPerson: ['admin'],
  updatePerson: ['admin'],
  resetPerson: ['admin'],
  listPersonSessions: ['admin'],
  endPersonSessions: ['admin'],

  // By the gateways, which are known by their signatures.
  receivePaymentWebhook: 'everyone',

  getHealth: 'everyone',
  getReadiness: 'everyone',
  getMetrics: STAFF,
} as const satisfies Readonly<Record<string, Access>>;

export type OperationId = keyof typeof OPERATIONS;

export const isOperation = (text: string): text is OperationId => Object.hasOwn(OPERATIONS, text);

export const ALL_OPERATIONS: readonly OperationId[] = Object.keys(OPERATIONS).filter(isOperation);

/** Whether the table lets a role do an operation. */
export function roleMay(role: Role, operation: OperationId): boolean {
  const access: Access = OPERATIONS[operation];
  return access === 'everyone' || access.includes(role);
}
