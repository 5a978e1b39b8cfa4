import { setTimeout as delay } from 'node:timers/promises';
import { Broken } from '../load/shop-client.ts';
import type { World } from '../world/world.ts';

const READY_PATIENCE_MS = 20_000;
const ASK_INTERVAL_MS = 100;

/** Every web goes on taking requests, and says on /ready how it is. */
export async function untilReadySays(world: World, status: 'ready' | 'degraded'): Promise<void> {
  for (const { plan } of world.webs) {
    const deadline = performance.now() + READY_PATIENCE_MS;
    for (;;) {
      const answer = await fetch(plan.healthUrl);
      const said = await answer.text();
      if (answer.ok && said.includes(`"status":"${status}"`)) break;
      if (performance.now() > deadline) throw new Broken(`${plan.name} says on /ready: ${answer.status} ${said}`);
      await delay(ASK_INTERVAL_MS);
    }
  }
}
