import { activities } from '../activities/activities.js';

export const service = activities;
