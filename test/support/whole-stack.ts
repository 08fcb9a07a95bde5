/** The whole product in this process, with the sandbox as Dodo and a ledger in memory, on a running Temporal server. */
import type { Sandbox } from '../../sandbox/index.js';
import { startStack, type Stack } from '../../sandbox/stack.js';
import { loadLocalConfig } from '../../sandbox/local/config.js';
import type { Config } from '../../src/config/config.js';
import { createLogger } from '../../src/log.js';
import { makeTemporaryFolder, removeFolder } from './temporary-folder.js';

export interface WholeStack extends Omit<Stack, 'sandbox'> {
  sandbox: Sandbox;
  config: Config;
}

export interface WholeStackOptions {
  mode?: 'start' | 'demo';
  /** Returns environment variables besides those that connect the parts. May put files into the stack's folder. */
  environment?: (folder: string) => Record<string, string> | Promise<Record<string, string>>;
  /** Divides the pauses between Dodo's deliveries of a webhook. */
  webhookTimeScale?: number;
  /** The image of an empty ledger, for a quicker start. */
  ledgerImage?: Blob;
}

/** Starts everything on free ports. `stop` ends it and removes its folder. */
export async function startWholeStack(
  temporal: { address: string; namespace: string },
  { mode = 'start', environment, webhookTimeScale, ledgerImage }: WholeStackOptions = {},
): Promise<WholeStack> {
  const folder = await makeTemporaryFolder('stack');
  try {
    const config = loadLocalConfig(
      {
        PORT: '0',
        DATA_DIR: folder,
        TEMPORAL_ADDRESS: temporal.address,
        TEMPORAL_NAMESPACE: temporal.namespace,
        ...(await environment?.(folder)),
      },
      { mode },
    );
    const stack = await startStack(config, {
      log: createLogger(process.env.LOG_LEVEL ?? 'silent'),
      volatile: true,
      anyPorts: true,
      webhookTimeScale,
      ledgerImage,
    });
    const { sandbox } = stack;
    if (!sandbox) throw new Error('The configuration must name the sandbox as Dodo.');
    return {
      ...stack,
      sandbox,
      config,
      async stop() {
        await stack.stop();
        await removeFolder(folder);
      },
    };
  } catch (error) {
    await removeFolder(folder);
    throw error;
  }
}
