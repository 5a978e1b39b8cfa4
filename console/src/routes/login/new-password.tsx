import { PasswordInput } from '@mantine/core';

const SHORTEST = 12;
const LONGEST = 128;

export function isLongEnough(password: string): boolean {
  return Array.from(password).length >= SHORTEST;
}

interface NewPasswordProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
}

/** A password that is being chosen. It can be looked at, so it is typed once. */
export function NewPassword({ label, value, onChange }: NewPasswordProps) {
  return (
    <PasswordInput
      label={label}
      description={`At least ${SHORTEST} characters: some words that nobody would put together are good.`}
      autoComplete="new-password"
      required
      withAsterisk={false}
      maxLength={LONGEST}
      mt="sm"
      value={value}
      onChange={(event) => {
        onChange(event.currentTarget.value);
      }}
    />
  );
}
