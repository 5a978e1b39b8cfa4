import { SegmentedControl } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { wordsOf } from '../../format/words.ts';
import type { Tab } from './operations-search.ts';

interface StateFilterProps {
  readonly tab: Tab;
  readonly states: readonly string[];
  readonly state: string;
}

export function StateFilter({ tab, states, state }: StateFilterProps) {
  const navigate = useNavigate();
  return (
    <SegmentedControl
      size="xs"
      aria-label="State"
      data={states.map((each) => ({ value: each, label: wordsOf(each) }))}
      value={state}
      onChange={(value) => void navigate({ to: '/operations', search: { tab, state: value }, replace: true })}
    />
  );
}
