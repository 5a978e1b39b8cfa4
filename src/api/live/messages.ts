import { cloudEventOf } from '../../queries/events/cloud-event.ts';
import type { PlacedEvent } from '../../queries/events/event-feed.ts';

/**
 * How soon a client that lost its connection comes back, in milliseconds, and where the feed stands: whoever comes back
 * before anything has happened misses nothing either. Without data it is no message.
 */
export function helloMessage(position: number): string {
  return `retry: 2000\nid: ${position}\n: hello\n\n`;
}
/** A comment: proxies in between see that the connection lives, and so does this side when it is gone. */
export const HEARTBEAT = ': heartbeat\n\n';

/** One event, as the feed has it; its id is its position, which a client hands back as Last-Event-ID. */
export function eventMessage(event: PlacedEvent): string {
  return `id: ${event.position}\nevent: transition\ndata: ${JSON.stringify(cloudEventOf(event).data)}\n\n`;
}

/** Tells the client that it has missed more than it can be told of. */
export function resetMessage(position: number): string {
  return `id: ${position}\nevent: reset\ndata: {}\n\n`;
}
