import { SegmentedControl } from '@mantine/core';
import { TypedDay } from '../../../parts/typed.tsx';
import type { NamedPeriod, Period } from './periods.ts';
import classes from './ledger.module.css';

interface PeriodPickerProps {
  readonly usual: readonly NamedPeriod[];
  readonly period: Period;
  readonly onPick: (period: Period) => void;
}

export function PeriodPicker({ usual, period, onPick }: PeriodPickerProps) {
  const { from, to } = period;
  const picked = usual.find((each) => each.from === from && each.to === to);
  return (
    <>
      <div className={classes.usual}>
        <SegmentedControl
          size="xs"
          aria-label="Period"
          data={usual.map(({ name }) => name)}
          value={picked?.name ?? ''}
          onChange={(chosen) => {
            const usualOne = usual.find(({ name }) => name === chosen);
            if (usualOne) onPick({ from: usualOne.from, to: usualOne.to });
          }}
        />
      </div>
      <TypedDay
        label="Posted from"
        isRequired
        value={from}
        onSettled={(day) => {
          onPick({ from: day, to });
        }}
      />
      <TypedDay
        label="Posted until"
        isRequired
        value={to}
        onSettled={(day) => {
          onPick({ from, to: day });
        }}
      />
    </>
  );
}
