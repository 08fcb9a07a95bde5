import type { Activities } from '../activities/activities.js';
import { contract } from '../src/contract/contract.js';
import { domain } from '../src/domain/domain.js';

export const workflows = (activities: Activities) => contract + domain + activities;
