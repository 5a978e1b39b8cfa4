import { Modal, type ModalProps } from '@mantine/core';
import { useEffect, useLayoutEffect, useRef } from 'react';

interface DialogProps extends Omit<ModalProps, 'opened'> {
  /** What was asked for is under way: the dialog stays, since what comes of it may be shown once and no more. */
  readonly isBusy?: boolean;
}

/** A dialog, open for as long as it is there. The focus is then where it was before, or at the page's heading. */
export function Dialog({ isBusy = false, onClose, ...props }: DialogProps) {
  useFocusAfterwards();
  const close = () => {
    if (!isBusy) onClose();
  };
  return <Modal opened onClose={close} closeButtonProps={{ 'aria-label': 'Close' }} {...props} />;
}

/** Mantine's own way asks that a dialog stay mounted when it is closed. */
function useFocusAfterwards(): void {
  const before = useRef<Element>(null);
  // Before the browser is idle, which is when the dialog takes the focus.
  useLayoutEffect(() => {
    before.current = document.activeElement;
  }, []);
  useEffect(
    () => () => {
      // Whatever has taken the focus meanwhile keeps it.
      if (!isNowhere()) return;
      if (before.current instanceof HTMLElement) before.current.focus({ preventScroll: true });
      // What was pressed may be gone, or cannot be pressed any more.
      if (isNowhere()) document.querySelector('h1')?.focus({ preventScroll: true });
    },
    [],
  );
}

function isNowhere(): boolean {
  return document.activeElement === null || document.activeElement === document.body;
}
