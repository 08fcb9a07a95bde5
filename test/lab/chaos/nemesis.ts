/** Makes things go wrong, according to the plan of a campaign. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Disturbance } from './plan.js';
import type { ProductProcesses } from './product-processes.js';

export interface Nemesis {
  strike(disturbance: Disturbance): void;
  /** Resolves when the last strike is over. */
  done(): Promise<void>;
  longestTemporalOutage(): number;
}

/** Returns a nemesis whose strikes may overlap, but never on the same target. */
export function callNemesis(system: ProductProcesses, say: (line: string) => void): Nemesis {
  const { worker, api, merchant, sandbox } = system;
  const underWay = new Map<string, Promise<void>>();
  let longestTemporalOutage = 0;

  async function carryOut(disturbance: Disturbance): Promise<void> {
    switch (disturbance.kind) {
      case 'kill worker':
        return void (await worker.kill(disturbance.downMs));
      case 'kill api':
        return void (await api.kill(disturbance.downMs));
      case 'kill temporal':
        longestTemporalOutage = Math.max(
          longestTemporalOutage,
          await system.killTemporal(disturbance.downMs),
        );
        return;
      case 'freeze worker':
        return worker.freeze(disturbance.forMs);
      case 'crash database':
        return system.crashDatabase();
      case 'cut database':
        return system.cutDatabase(disturbance.forMs);
      case 'merchant away':
        merchant.setAway(true);
        await sleep(disturbance.forMs);
        return merchant.setAway(false);
      case 'reads fail':
      case 'cancellations refused':
        return void sandbox.control.addFault(disturbance.fault);
      case 'reads lag':
        return sandbox.control.lagReads(disturbance.lag);
      case 'refunds':
        if (disturbance.fault) sandbox.control.addFault(disturbance.fault);
        return void (await sandbox.control.setPolicy(disturbance.policy));
      case 'webhooks':
        return void (await sandbox.control.setWebhookPolicy(disturbance.policy));
    }
  }

  return {
    strike(disturbance) {
      const target = disturbance.kind.split(' ').at(-1) ?? '';
      say(disturbance.kind);
      const before = underWay.get(target) ?? Promise.resolve();
      underWay.set(
        target,
        before.then(() => carryOut(disturbance)),
      );
    },
    async done() {
      await Promise.all(underWay.values());
    },
    longestTemporalOutage: () => longestTemporalOutage,
  };
}
