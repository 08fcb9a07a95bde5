import { http } from './http/http.js';

export const production = http;
