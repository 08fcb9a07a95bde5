import { config } from '../config/config.js';

export const row = config;
