import { TextInput } from '@mantine/core';
import { useEffect, useEffectEvent, useState } from 'react';
import { SearchIcon } from './icons.tsx';

const TYPING_PAUSE_MS = 180;

/** What a field is, and what hears of another. */
interface Settled {
  readonly value: string;
  readonly onSettled: (value: string) => void;
}

/** Holds what is being typed, which takes effect when the typing pauses and, where it can be told, it is whole. */
function useTyped({ value, onSettled }: Settled, isWhole: (typed: string) => boolean = () => true) {
  const [typed, setTyped] = useState(value);
  const [known, setKnown] = useState(value);
  const [sent, setSent] = useState(value);
  if (value !== known) {
    setKnown(value);
    // Changed by something else, such as Clear or the browser's way back; what comes from here stays as it is typed.
    if (value !== sent) setTyped(value);
    setSent(value);
  }
  const settle = useEffectEvent(() => {
    if (!isWhole(typed)) return;
    setSent(typed.trim());
    onSettled(typed.trim());
  });
  useEffect(() => {
    if (typed.trim() === value) return undefined;
    const timer = window.setTimeout(() => {
      settle();
    }, TYPING_PAUSE_MS);
    return () => {
      window.clearTimeout(timer);
    };
  }, [typed, value]);
  return [typed, setTyped] as const;
}

interface TypedProps extends Settled {
  readonly label: string;
  readonly placeholder: string;
  readonly disabled?: boolean;
  readonly className?: string | undefined;
}

export function Typed({ label, placeholder, disabled, className, ...settled }: TypedProps) {
  const [typed, setTyped] = useTyped(settled);
  return (
    <TextInput
      size="xs"
      type="search"
      aria-label={label}
      placeholder={placeholder}
      maxLength={200}
      className={className ?? ''}
      disabled={disabled ?? false}
      leftSection={label === 'Search' ? <SearchIcon size={14} /> : undefined}
      value={typed}
      onChange={(event) => {
        setTyped(event.currentTarget.value);
      }}
    />
  );
}

/** While a year is typed, the field has one of its first digits alone: 2026 begins as 0002. */
const FIRST_WHOLE_DAY = '1000-01-01';
/** Of the years that an address takes; without it, the field waits for two digits more. */
const LAST_DAY = '9999-12-31';

interface TypedDayProps extends Omit<TypedProps, 'placeholder' | 'className'> {
  /** Without a day it is not whole, and takes no effect. */
  readonly isRequired?: boolean;
}

export function TypedDay({ label, disabled, isRequired = false, ...settled }: TypedDayProps) {
  const [typed, setTyped] = useTyped(settled, (day) => (day === '' ? !isRequired : day >= FIRST_WHOLE_DAY));
  return (
    <TextInput
      size="xs"
      type="date"
      aria-label={label}
      required={isRequired}
      max={LAST_DAY}
      disabled={disabled ?? false}
      value={typed}
      onChange={(event) => {
        setTyped(event.currentTarget.value);
      }}
    />
  );
}
