import { contract } from '../contract/contract.js';

export const arm = contract;
