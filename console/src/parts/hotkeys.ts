import { useEffect, useEffectEvent } from 'react';

/** What the sheet of shortcuts says: where, which keys, what they do. */
export interface Shortcut {
  readonly keys: readonly string[];
  readonly what: string;
}

const STORED_AT = 'roundtrip-single-keys';
const SEQUENCE_MS = 900;
/** What a key does that is held down, it goes on doing only where that is to move; no other does its act again. */
const HELD = new Set(['j', 'k']);

/** Single letters can be turned off: whoever dictates, or shakes, would set them off unawares (WCAG 2.1.4). */
export const singleKeys = {
  on: (): boolean => localStorage.getItem(STORED_AT) !== 'off',
  set: (on: boolean): void => {
    localStorage.setItem(STORED_AT, on ? 'on' : 'off');
  },
};

/**
 * Whether the key that is being pressed found a dialog open. Asked before anything else hears of the key: one that Esc
 * closes is gone by the time that the page does.
 */
let isForDialog = false;
window.addEventListener(
  'keydown',
  () => {
    isForDialog = document.querySelector('[role="dialog"]') !== null;
  },
  { capture: true },
);

type Handlers = Readonly<Record<string, () => void>>;

/**
 * Calls the handler of a key ("j", "Enter", "?"), of one after another ("g o"), or with Ctrl or Command ("mod+k"). Keys
 * typed into a field, or while a dialog is open, are that field's or dialog's, except with Ctrl.
 */
export function useKeys(handlers: Handlers): void {
  const onKey = useEffectEvent((event: KeyboardEvent, before: string): boolean => {
    const withModifier = event.ctrlKey || event.metaKey;
    if (event.altKey || event.defaultPrevented || event.isComposing) return false;
    // A link or button in focus has its own idea of Enter and the space bar.
    if (['Enter', ' '].includes(event.key) && isPressable(event.target)) return false;
    const key = withModifier ? `mod+${event.key.toLowerCase()}` : event.key;
    if (!withModifier && (isTyping(event.target) || !singleKeys.on() || isForDialog)) return false;
    if (event.repeat && !HELD.has(key)) return false;
    const handler = handlers[before === '' ? key : `${before} ${key}`] ?? handlers[key];
    if (!handler) return false;
    event.preventDefault();
    handler();
    return true;
  });
  useEffect(() => {
    let before = '';
    let timer: number | undefined;
    const listener = (event: KeyboardEvent) => {
      const done = onKey(event, before);
      window.clearTimeout(timer);
      before = done || event.ctrlKey || event.metaKey || isTyping(event.target) ? '' : event.key;
      timer = window.setTimeout(() => {
        before = '';
      }, SEQUENCE_MS);
    };
    document.addEventListener('keydown', listener);
    return () => {
      window.clearTimeout(timer);
      document.removeEventListener('keydown', listener);
    };
  }, []);
}

function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target instanceof HTMLInputElement) return !['checkbox', 'radio', 'button'].includes(target.type);
  return target.isContentEditable || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement;
}

function isPressable(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.closest('a, button, [role="menuitem"], input') !== null;
}
