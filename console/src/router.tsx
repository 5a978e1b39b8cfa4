import type { QueryClient } from '@tanstack/react-query';
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  redirect,
} from '@tanstack/react-router';
import { Failure } from './parts/outcome.tsx';
import { Page } from './parts/page.tsx';
import { LoginPage } from './routes/login/login-page.tsx';
import { readOperationsSearch } from './routes/operations/operations-search.ts';
import { readOrdersSearch } from './routes/orders/orders-search.ts';
import { readReturnsSearch } from './routes/returns/returns-search.ts';
import { readTodaySearch } from './routes/today/today-search.ts';
import { Shell } from './shell/shell.tsx';

const root = createRootRouteWithContext<{ readonly client: QueryClient }>()({
  component: Shell,
  notFoundComponent: () => (
    <Page title="There is no such page">
      <p>The address leads nowhere. The pages are on the left, and Ctrl-K finds orders and returns.</p>
    </Page>
  ),
  errorComponent: ({ error, reset }) => (
    <Page title="Something is wrong on this page">
      <Failure error={error} retry={reset} />
    </Page>
  ),
});

/** An id in the address; one that is none becomes NaN, which the API refuses by name. */
const idIn = <Name extends string>(name: Name) => ({
  parse: (given: Record<Name, string>) => ({ [name]: Number(given[name]) }) as Record<Name, number>,
  stringify: (given: Record<Name, number>) => ({ [name]: String(given[name]) }) as Record<Name, string>,
});

const index = createRoute({
  getParentRoute: () => root,
  path: '/',
  beforeLoad: () => {
    // The router's own way to leave.
    // eslint-disable-next-line @typescript-eslint/only-throw-error
    throw redirect({ to: '/today' });
  },
});

/* What its reader leaves out of an address, the router hands on to a page all the same: a page reads it by the reader. */

const today = createRoute({
  getParentRoute: () => root,
  path: '/today',
  validateSearch: readTodaySearch,
  component: lazyRouteComponent(() => import('./routes/today/today-page.tsx'), 'TodayPage'),
});

const orders = createRoute({
  getParentRoute: () => root,
  path: '/orders',
  validateSearch: readOrdersSearch,
  component: lazyRouteComponent(() => import('./routes/orders/orders-page.tsx'), 'OrdersPage'),
});

const order = createRoute({
  getParentRoute: () => root,
  path: '/orders/$orderId',
  params: idIn('orderId'),
  validateSearch: ({ start }): { readonly start?: 'return' } => (start === 'return' ? { start } : {}),
  component: lazyRouteComponent(() => import('./routes/orders/order/order-page.tsx'), 'OrderPage'),
});

const packingSlip = createRoute({
  getParentRoute: () => root,
  path: '/orders/$orderId/packing-slip',
  params: idIn('orderId'),
  component: lazyRouteComponent(() => import('./routes/orders/packing-slip/packing-slip.tsx'), 'PackingSlip'),
});

const returns = createRoute({
  getParentRoute: () => root,
  path: '/returns',
  validateSearch: readReturnsSearch,
  component: lazyRouteComponent(() => import('./routes/returns/returns-page.tsx'), 'ReturnsPage'),
});

const receive = createRoute({
  getParentRoute: () => root,
  path: '/returns/receive',
  component: lazyRouteComponent(() => import('./routes/returns/receive/receive-page.tsx'), 'ReceivePage'),
});

const label = createRoute({
  getParentRoute: () => root,
  path: '/returns/$returnId/label',
  params: idIn('returnId'),
  component: lazyRouteComponent(() => import('./routes/returns/label/return-label.tsx'), 'ReturnLabel'),
});

const operations = createRoute({
  getParentRoute: () => root,
  path: '/operations',
  validateSearch: readOperationsSearch,
  component: lazyRouteComponent(() => import('./routes/operations/operations-page.tsx'), 'OperationsPage'),
});

const lifecycles = createRoute({
  getParentRoute: () => root,
  path: '/lifecycles',
  component: lazyRouteComponent(() => import('./routes/lifecycles/lifecycles-page.tsx'), 'LifecyclesPage'),
});

const account = createRoute({
  getParentRoute: () => root,
  path: '/account',
  component: lazyRouteComponent(() => import('./routes/account/account-page.tsx'), 'AccountPage'),
});

const login = createRoute({
  getParentRoute: () => root,
  path: '/login',
  component: LoginPage,
});

const setup = createRoute({
  getParentRoute: () => root,
  path: '/setup',
  component: lazyRouteComponent(() => import('./routes/setup/setup-page.tsx'), 'SetupPage'),
});

const invite = createRoute({
  getParentRoute: () => root,
  path: '/invite',
  component: lazyRouteComponent(() => import('./routes/invite/invite-page.tsx'), 'InvitePage'),
});

const tree = root.addChildren([
  index,
  today,
  orders,
  order,
  packingSlip,
  returns,
  receive,
  label,
  operations,
  lifecycles,
  account,
  login,
  setup,
  invite,
]);

export function createConsoleRouter(client: QueryClient) {
  return createRouter({ routeTree: tree, basepath: '/console', context: { client }, defaultPreload: 'intent' });
}

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof createConsoleRouter>;
  }
}
