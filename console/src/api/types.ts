import type { components } from './openapi.ts';

type Schemas = components['schemas'];

export type Order = Schemas['Order'];
export type OrderSummary = Schemas['OrderSummary'];
export type OrderItem = Order['items'][number];
export type OrderEvent = OrderSummary['allowed'][number];
export type OrderState = OrderSummary['state'];
export type Return = Schemas['Return'];
export type ReturnEvent = Return['allowed'][number];
export type ReturnState = Return['state'];
export type Refund = Schemas['Refund'];
export type RefundDue = Schemas['RefundDue'];
export type Payment = Schemas['Payment'];
export type Job = Schemas['Job'];
export type Transition = Schemas['Transition'];
export type TransitionEvent = Schemas['TransitionEvent'];
export type Settings = Schemas['Settings'];
export type Overview = Schemas['Overview'];
export type Statistics = Schemas['Statistics'];
export type Lifecycle = Schemas['Lifecycles']['data'][number];
export type Me = Schemas['Me'];
export type Problem = Schemas['Problem'];
