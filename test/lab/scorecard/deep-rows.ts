/** Rows with a server, a model or a process of their own. At full size they take minutes. */
import { faultyStore } from './faulty-store-row.js';
import { killedAtEveryStep } from './worker-kill-row.js';
import { randomScenarios } from './model-row.js';
import { modelChecking } from './protocol-row.js';
import { providerModes } from './provider-modes-row.js';
import { timersOverOutages } from './timers-row.js';
import type { Row } from './row.js';

export const DEEP: Row[] = [
  providerModes,
  killedAtEveryStep,
  randomScenarios,
  faultyStore,
  modelChecking,
  timersOverOutages,
];
