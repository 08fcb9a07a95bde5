import { contract } from '../contract/contract.js';
import { experiments } from '../experiments/experiments.js';

export const catalog = contract + experiments;
