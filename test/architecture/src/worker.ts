import { activities } from '../activities/activities.js';
import { service } from './service.js';

export const worker = service(activities);
