import { Button, CopyButton, Group, TextInput } from '@mantine/core';

interface OneTimeLinkProps {
  readonly link: string;
  readonly whose: string;
  readonly within: string;
  readonly onClose: () => void;
}

/** A link to be handed on: it is in no other answer. */
export function OneTimeLink({ link, whose, within, onClose }: OneTimeLinkProps) {
  return (
    <>
      <p>
        Send this link to <strong>{whose}</strong>: by it they choose a password, once, within {within}. It is shown
        this once.
      </p>
      <TextInput
        label="Link"
        readOnly
        value={link}
        onFocus={(event) => {
          event.currentTarget.select();
        }}
      />
      <Group justify="flex-end" gap="xs" mt="md">
        <CopyButton value={link}>
          {({ copied, copy }) => <Button onClick={copy}>{copied ? 'Copied' : 'Copy'}</Button>}
        </CopyButton>
        <Button variant="default" onClick={onClose}>
          Done
        </Button>
      </Group>
    </>
  );
}
