import { LifecyclesIcon, OperationsIcon, OrdersIcon, ReturnsIcon, TodayIcon } from '../parts/icons.tsx';

/** Where a person can go, in the order of the day. */
export const PLACES = [
  { to: '/today', name: 'Today', key: 't', Icon: TodayIcon },
  { to: '/orders', name: 'Orders', key: 'o', Icon: OrdersIcon },
  { to: '/returns', name: 'Returns', key: 'r', Icon: ReturnsIcon },
  { to: '/operations', name: 'Operations', key: 'p', Icon: OperationsIcon },
  { to: '/lifecycles', name: 'Lifecycles', key: 'l', Icon: LifecyclesIcon },
] as const;
