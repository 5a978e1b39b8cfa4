import { Button, Select } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { lifecyclesQuery } from '../../api/queries.ts';
import type { OrderState } from '../../api/types.ts';
import { atMost, wordsOf } from '../../format/words.ts';
import { CloseIcon } from '../../parts/icons.tsx';
import { Typed, TypedDay } from '../../parts/typed.tsx';
import type { OrdersSearch } from './orders-search.ts';
import classes from './orders.module.css';

/** All filters are in the address: it can be kept, sent to somebody, and is the same after a reload. */
export function OrderFilters({ search }: { readonly search: OrdersSearch }) {
  const navigate = useNavigate();
  const { data: lifecycles } = useQuery(lifecyclesQuery);
  const states = lifecycles?.data.find(({ entity }) => entity === 'order')?.states ?? [];
  const set = (changes: OrdersSearch) => {
    const next = Object.fromEntries(Object.entries({ ...search, ...changes }).filter(([, value]) => value !== ''));
    void navigate({ to: '/orders', search: next, replace: true });
  };

  return (
    <search className={classes.filters}>
      <Typed
        className={classes.words}
        label="Search"
        placeholder="Number, e-mail, customer, SKU, invoice, return"
        value={search.q ?? ''}
        onSettled={(q) => {
          set({ q });
        }}
      />
      <Select
        size="xs"
        aria-label="State"
        placeholder="Any state"
        clearable
        clearButtonProps={{ 'aria-label': 'Any state' }}
        className={classes.state}
        disabled={search.q !== undefined}
        data={states.map(({ state, count }) => ({
          value: state,
          label: `${wordsOf(state)} (${atMost(count, lifecycles?.most_counted ?? 0)})`,
        }))}
        value={search.state ?? null}
        onChange={(state) => {
          set({ state: (state ?? '') as OrderState });
        }}
      />
      <Typed
        label="SKU"
        placeholder="SKU"
        disabled={search.q !== undefined}
        value={search.sku ?? ''}
        onSettled={(sku) => {
          set({ sku });
        }}
      />
      <Typed
        label="Customer"
        placeholder="Customer"
        disabled={search.q !== undefined}
        value={search.customer ?? ''}
        onSettled={(customer) => {
          set({ customer });
        }}
      />
      {(['from', 'to'] as const).map((end) => (
        <TypedDay
          key={end}
          label={end === 'from' ? 'Entered from' : 'Entered until'}
          disabled={search.q !== undefined}
          value={search[end] ?? ''}
          onSettled={(day) => {
            set({ [end]: day });
          }}
        />
      ))}
      {Object.keys(search).length > 0 && (
        <Button
          variant="subtle"
          color="gray"
          leftSection={<CloseIcon size={13} />}
          onClick={() => void navigate({ to: '/orders', search: {} })}
        >
          Clear
        </Button>
      )}
    </search>
  );
}
