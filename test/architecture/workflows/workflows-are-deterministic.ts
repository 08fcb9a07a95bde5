import { activities } from '../activities/activities.js';

export const run = activities;
