import type { Activities } from '../activities/activities.js';
import { http } from './http/http.js';

export const service = (activities: Activities) => http + activities;
