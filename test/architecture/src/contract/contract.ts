import { domain } from '../domain/domain.js';

export const contract = domain;
