import { notifications } from '@mantine/notifications';
import type { ReactNode } from 'react';
import { reasonOf } from '../api/problem.ts';

export function tellDone(message: ReactNode): void {
  notifications.show({ message, color: 'green', autoClose: 4_000 });
}

/** Stays until it was read. */
export function tellFailed(title: string, error: unknown): void {
  notifications.show({ title, message: reasonOf(error), color: 'red', autoClose: false });
}
