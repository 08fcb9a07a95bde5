import { domain } from '../domain/domain.js';

export const experiments = domain;
